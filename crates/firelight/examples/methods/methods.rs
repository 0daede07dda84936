//! What is compared.

use firelight::costs::ClassFrame;
use firelight::losses::{
    ClassNumbers, FrameCrossEntropy, LogitAdjusted, ParentCrossEntropy, SubspaceCrossEntropy,
};
use firelight::prelude::*;

use crate::judge::Judge;

/// What stands at the net's end, and what trains it.
pub struct Method {
    pub name: String,
    pub head: ClassHead,
    pub loss: Box<dyn Loss<ClassNumbers>>,
}

/// Those of the tables, with the papers' parameters for small trees, or those that a search compares.
pub fn methods(judge: &Judge, dls: &DataLoaders<Categories>, search: bool) -> Result<Vec<Method>> {
    let make = Make { judge, dls };
    let mut all = vec![make.linear("cross entropy", CrossEntropy::new())];
    if search {
        for (beta, eps) in [(4.0, 0.3), (10.0, 0.1), (10.0, 0.3), (20.0, 0.3)] {
            all.push(make.soft(beta, eps)?);
        }
        for alpha in [0.1, 0.2, 0.4] {
            all.push(make.hierarchical(alpha)?);
        }
        for (gamma, alpha) in [(1.0, 0.4), (2.0, 0.0), (2.0, 0.2), (2.0, 0.4), (2.0, 0.6), (4.0, 0.4)] {
            all.push(make.frame(gamma, alpha)?);
        }
        for alpha in [0.0, 0.001, 0.05, 0.2] {
            all.push(make.subspaces(alpha)?);
        }
    } else {
        let smoothed = CrossEntropy::new().with_label_smoothing(0.1)?;
        all.push(make.linear("label smoothing 0.1", smoothed));
        all.extend([make.soft(4.0, 0.3)?, make.soft(10.0, 0.3)?, make.hierarchical(0.1)?]);
        all.extend([make.frame(2.0, 0.4)?, make.subspaces(0.05)?]);
    }
    all.extend([make.parents(), make.adjusted()?]);
    Ok(all)
}

/// For the classes of one set.
struct Make<'a> {
    judge: &'a Judge,
    dls: &'a DataLoaders<Categories>,
}

impl Make<'_> {
    fn linear(&self, name: impl Into<String>, loss: impl Loss<ClassNumbers> + 'static) -> Method {
        Method { name: name.into(), head: ClassHead::Linear, loss: Box::new(loss) }
    }

    fn soft(&self, beta: f64, eps: f64) -> Result<Method> {
        let labels = self.judge.distance.soft_labels(beta, eps)?;
        let loss = SoftLabelCrossEntropy::new(&labels, self.judge.tree.vocab())?;
        Ok(self.linear(format!("soft labels, eps {eps}, beta {beta}"), loss))
    }

    fn hierarchical(&self, alpha: f64) -> Result<Method> {
        let tree = &self.judge.tree;
        let loss = HierarchicalCrossEntropy::new(tree.taxonomy(), tree.vocab(), alpha)?;
        Ok(self.linear(format!("HXE, alpha {alpha}"), loss))
    }

    fn frame(&self, gamma: f64, alpha: f64) -> Result<Method> {
        let frame = ClassFrame::new(&self.judge.tree, gamma)?;
        let loss = Box::new(FrameCrossEntropy::new(&frame).with_alpha(alpha)?);
        Ok(Method { name: format!("HAFrame, gamma {gamma}, alpha {alpha}"), head: ClassHead::Frame(frame), loss })
    }

    fn subspaces(&self, alpha: f64) -> Result<Method> {
        let tree = &self.judge.tree;
        let loss = Box::new(SubspaceCrossEntropy::new(tree).with_alpha(alpha)?);
        Ok(Method { name: format!("Hier-COS, alpha {alpha}"), head: ClassHead::subspaces(tree), loss })
    }

    fn parents(&self) -> Method {
        let groups = self.judge.tree.parents();
        let loss = Box::new(ParentCrossEntropy::new(&groups));
        Method { name: "HiE".into(), head: ClassHead::parents(&groups), loss }
    }

    fn adjusted(&self) -> Result<Method> {
        let (vocab, targets) = (self.judge.tree.vocab(), self.dls.train().dataset().targets());
        let counts = vocab.iter().enumerate().map(|(class, name)| (name, targets.iter().filter(|target| **target == class).count()));
        Ok(self.linear("logit adjusted", LogitAdjusted::new(CrossEntropy::new(), counts, 1.0, vocab)?))
    }
}
