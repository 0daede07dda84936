//! What is compared.

use firelight::losses::{ClassNumbers, FrameCrossEntropy, LogitAdjusted, ParentCrossEntropy, SubspaceCrossEntropy};
use firelight::prelude::*;

use crate::judge::Judge;

/// What stands at the net's end, and what trains it.
pub struct Method {
    pub name: String,
    pub head: ClassHead,
    pub loss: Box<dyn Loss<ClassNumbers>>,
}

/// Those of the tables, with the papers' parameters for small trees and what a search found for labels, or those that a search compares.
pub fn methods(judge: &Judge, dls: &DataLoaders<Categories>, search: bool) -> Result<Vec<Method>> {
    let make = Make { judge, dls };
    let smoothed = CrossEntropy::new().with_label_smoothing(0.1)?;
    let mut all =
        vec![Make::linear("cross entropy", CrossEntropy::new()), Make::linear("label smoothing 0.1", smoothed)];
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
        all.extend([make.soft(4.0, 0.3)?, make.soft(10.0, 0.3)?, make.soft(10.0, 0.1)?, make.hierarchical(0.1)?]);
        all.extend([make.frame(2.0, 0.4)?, make.subspaces(0.05)?]);
    }
    all.extend([make.parents(), make.soft_parents(10.0, 0.3)?, make.adjusted()?]);
    Ok(all)
}

/// For the classes of one set.
struct Make<'a> {
    judge: &'a Judge,
    dls: &'a DataLoaders<Categories>,
}

impl Make<'_> {
    fn linear(name: impl Into<String>, loss: impl Loss<ClassNumbers> + 'static) -> Method {
        Method { name: name.into(), head: ClassHead::Linear, loss: Box::new(loss) }
    }

    fn soft(&self, beta: f64, eps: f64) -> Result<Method> {
        let labels = self.judge.distance.soft_labels(beta, eps)?;
        let loss = SoftLabelCrossEntropy::new(&labels, self.judge.tree.vocab())?;
        Ok(Self::linear(format!("soft labels, eps {eps}, beta {beta}"), loss))
    }

    fn hierarchical(&self, alpha: f64) -> Result<Method> {
        let tree = &self.judge.tree;
        let loss = HierarchicalCrossEntropy::new(tree.taxonomy(), tree.vocab(), alpha)?;
        Ok(Self::linear(format!("HXE, alpha {alpha}"), loss))
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

    fn soft_parents(&self, beta: f64, eps: f64) -> Result<Method> {
        let (groups, labels) = (self.judge.tree.parents(), self.judge.distance.soft_labels(beta, eps)?);
        let classes = SoftLabelCrossEntropy::new(&labels, self.judge.tree.vocab())?;
        let loss = Box::new(ParentCrossEntropy::new(&groups).with_classes(classes));
        Ok(Method {
            name: format!("HiE of soft labels, eps {eps}, beta {beta}"),
            head: ClassHead::parents(&groups),
            loss,
        })
    }

    fn adjusted(&self) -> Result<Method> {
        let counts = self.dls.class_counts();
        Ok(Self::linear("logit adjusted", LogitAdjusted::new(CrossEntropy::new(), counts, 1.0, self.dls.vocab())?))
    }
}
