use super::ClassTree;

/// What a part of the tree needs: how many classes more than asked for its nodes hold, and which nodes these are.
type Part = Option<(usize, Vec<usize>)>;

impl ClassTree {
    /// Few nodes that hold all of some classes: of all choices of at most so many nodes one that holds the fewest classes more. With one
    /// node it is the lowest that is above all. In the order of the tree.
    ///
    /// A set of classes says "Bengal, beagle or pug", its cover with two nodes "Bengal or a dog". It holds the set, so it holds the actual class
    /// at least as often ([`Sets`](crate::Sets)): sets of few nodes as those of Mortier et al. (2025), found after the set.
    ///
    /// ```
    /// use firelight_costs::{ClassTree, Taxonomy, Vocab};
    ///
    /// let vocab = Vocab::from_labels(["Bengal", "Siamese", "beagle", "pug"]);
    /// let paths = ["animal/cat/Bengal", "animal/cat/Siamese", "animal/dog/beagle", "animal/dog/pug"];
    /// let tree = ClassTree::new(&Taxonomy::from_paths(paths)?, &vocab)?;
    /// let names = |nodes: Vec<usize>| nodes.into_iter().map(|node| tree.taxonomy().name(node)).collect::<Vec<_>>();
    /// assert_eq!(names(tree.cover(&[0, 2, 3], 1)), ["animal"]);
    /// assert_eq!(names(tree.cover(&[0, 2, 3], 2)), ["Bengal", "dog"]);
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    ///
    /// # Panics
    /// If there is no such class, or if `nodes` is 0.
    pub fn cover(&self, classes: &[usize], nodes: usize) -> Vec<usize> {
        assert!(nodes > 0, "no node covers anything; take 1 or more");
        let mut asked = vec![false; self.vocab.len()];
        for class in classes {
            asked[*class] = true;
        }
        let (mut inside, mut more) = (vec![0_usize; self.taxonomy.len()], vec![0_usize; self.taxonomy.len()]);
        for (class, asked) in asked.iter().enumerate() {
            for node in self.path(class) {
                *(if *asked { &mut inside[node] } else { &mut more[node] }) += 1;
            }
        }
        // The best with at most 0, 1, … nodes, from the lowest nodes up.
        let mut best: Vec<Vec<Part>> = vec![Vec::new(); self.taxonomy.len()];
        let mut order: Vec<usize> = (0..self.taxonomy.len()).collect();
        order.sort_by_key(|node| std::cmp::Reverse(self.taxonomy.depth(*node)));
        for node in order {
            let nothing = || vec![Some((0, Vec::new())); nodes + 1];
            best[node] = if inside[node] == 0 {
                nothing()
            } else {
                let below = self.taxonomy.children(node).iter().fold(nothing(), |sum, child| {
                    let part = std::mem::take(&mut best[*child]);
                    (0..=nodes).map(|count| joined(&sum, &part, count)).collect()
                });
                let is_leaf = self.taxonomy.children(node).is_empty();
                let whole = (more[node], vec![node]);
                let better = |part: Part| match part {
                    Some(part) if !is_leaf && (part.0, part.1.len()) <= (whole.0, 1) => Some(part),
                    _ => Some(whole.clone()),
                };
                let mut parts = vec![None];
                parts.extend(below.into_iter().skip(1).map(better));
                parts
            };
        }
        let found = best.swap_remove(0).pop().flatten().map_or(Vec::new(), |(_, nodes)| nodes);
        debug_assert!(classes.iter().all(|class| found.iter().any(|node| self.holds(*node, *class))));
        found
    }
}

/// The best of two parts with at most `count` nodes in both, with the fewest nodes of those.
fn joined(a: &[Part], b: &[Part], count: usize) -> Part {
    let pairs = (0..=count).filter_map(|first| Some((a[first].as_ref()?, b[count - first].as_ref()?)));
    let best = pairs.min_by_key(|(a, b)| (a.0 + b.0, a.1.len() + b.1.len()))?;
    Some((best.0.0 + best.1.0, [&best.0.1[..], &best.1.1].concat()))
}
