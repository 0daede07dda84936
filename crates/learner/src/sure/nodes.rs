use firelight_costs::{ClassTree, Climb, Limit, NodeRule};
use firelight_datablock::FittedTarget;
use firelight_models::Model;

use crate::{Learner, LearnerError};

impl<F: FittedTarget<Target = usize>, M: Model + Sync> Learner<F, M> {
    /// Lets the model answer a node of a tree, "some dog", where a class would be wrong too often: fits how far up it climbs and puts that in
    /// place beside the class, which stays what the decision picks. It is fitted as [`prediction_sets`](Self::prediction_sets) are.
    ///
    /// ```no_run
    /// # use firelight_datablock::Categories;
    /// # use firelight_learner::Learner;
    /// use firelight_costs::{ClassTree, Limit, Taxonomy};
    ///
    /// # fn finish(mut learn: Learner<Categories>, breeds: Taxonomy) -> Result<(), Box<dyn std::error::Error>> {
    /// let tree = ClassTree::new(&breeds, learn.data().vocab())?;
    /// println!("{}", learn.climb(&tree, Limit::on_average(0.05)?)?);
    /// if let Some(node) = learn.predict("my-pet.jpg")?.sure.node {
    ///     println!("{} {:.2}", node.name, node.probability); // dog 0.98
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`held_out`](Self::held_out), and [`LearnerError::Cost`] for a tree of other classes. The learner is then as it was.
    pub fn climb(&mut self, tree: &ClassTree, limit: Limit) -> Result<Climb, LearnerError> {
        let (held, part) = self.unseen()?;
        let climb = Climb::fit(tree, &held, limit)?;
        self.state.trusted = std::mem::take(&mut self.state.trusted).with_climb(climb.clone(), part);
        Ok(climb)
    }
}

impl<F: FittedTarget<Target = usize>, M: Model> Learner<F, M> {
    /// Which node of a tree is answered, beside the class: the one of least expected cost
    /// ([`NodeDecision`](firelight_costs::NodeDecision)), "I do not know" among them, or a climb that was fitted elsewhere. A tree of other classes
    /// is refused by what uses it next, with [`LearnerError::OtherClasses`].
    pub fn with_nodes(mut self, rule: impl Into<NodeRule>) -> Self {
        self.state.trusted = self.state.trusted.with_nodes(Some(rule.into()), None);
        self
    }

    /// Classes alone.
    pub fn without_nodes(mut self) -> Self {
        self.state.trusted = self.state.trusted.with_nodes(None, None);
        self
    }
}
