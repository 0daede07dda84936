//! Every loss beside its formula.

use burn::tensor::{Bool, Int, Tensor};
use firelight_losses::{
    BinaryCrossEntropy, ClassFrame, ClassMatrix, ClassTree, ClassWeights, CostLog, CostMatrix, CostRegularized,
    CrossEntropy, Distillation, ExpectedCost, Focal, FrameCrossEntropy, GeneralizedCrossEntropy, Groups,
    HierarchicalCrossEntropy, Huber, LogitAdjusted, Loss, MeanAbsolute, MeanSquared, Meaning, PairMean, PairWeighted,
    PairWeights, Similarity, SimilarityCrossEntropy, SmoothL1, SoftLabelCrossEntropy, SoftLabels,
    SymmetricCrossEntropy, Taxonomy, TreeDistance, TreeWasserstein, Vocab, Weighted,
};

use super::IGNORED;
use super::formulas::{self, Tree, cross_entropy, log_p, p, times};

pub type ByClass = Box<dyn Loss<Tensor<1, Int>>>;

/// Of a row's logits, the logits at which plain factors are taken, and its class: numerator and denominator of each term.
pub type Terms = Box<dyn Fn(&[f64], &[f64], usize) -> Vec<[f64; 2]>>;

pub struct Case {
    pub loss: ByClass,
    pub terms: Terms,
    /// Whether [`IGNORED`] is a target.
    pub ignores: bool,
}

/// What the losses of a number of classes are made from: five in two groups, or one alone.
pub struct World {
    pub vocab: Vocab,
    pub tree: Taxonomy,
    pub cost: CostMatrix,
    pub weights: Vec<f64>,
    pub class_weights: ClassWeights,
    pub labels: SoftLabels,
    pub pair: PairWeights,
    pub similarity: Similarity,
}

impl World {
    pub fn of(classes: usize) -> Self {
        let all = ["Bengal", "Siamese", "beagle", "boxer", "pug"];
        let paths = ["cat/Bengal", "cat/Siamese", "dog/hound/beagle", "dog/boxer", "dog/pug"];
        let vocab = Vocab::from_labels(all[..classes].iter().copied());
        let tree = Taxonomy::from_paths(&paths[..classes]).unwrap();
        let species = Groups::by(&vocab, |name| if name.starts_with(char::is_uppercase) { "cat" } else { "dog" });
        let cost = CostMatrix::from_taxonomy(&tree, TreeDistance::PathLength).unwrap();
        let cost = if classes > 1 { cost.with("Siamese", "Bengal", 7.0).unwrap() } else { cost };
        // One class counts nothing.
        let weights = [1.0, 2.0, 0.0, 3.0, 0.25][..classes].to_vec();
        Self {
            labels: SoftLabels::from_groups(&species).within_mass(0.3).into(),
            pair: PairWeights::from_groups(&species, 1.5, 3.0),
            similarity: Similarity::ordinal(&vocab, 0.3).unwrap(),
            class_weights: ClassWeights::new(all.into_iter().zip(weights.clone())).unwrap(),
            cost: CostMatrix::from_fn(&vocab, |truth, predicted| cost.get(truth, predicted).unwrap()),
            vocab,
            tree,
            weights,
        }
    }

    fn class_weight(&self) -> impl Fn(usize) -> f64 + 'static {
        let weights = self.weights.clone();
        move |class| weights[class]
    }

    fn weighted(&self) -> CrossEntropy {
        CrossEntropy::new().with_class_weights(&self.class_weights, &self.vocab).unwrap()
    }

    /// fastai's, of two terms.
    fn smoothed_apart(&self) -> CrossEntropy {
        self.weighted().with_label_smoothing(0.1).unwrap().with_unweighted_smoothing()
    }

    /// Every loss over class numbers.
    pub fn by_class(&self) -> Vec<Case> {
        [
            self.entropies(),
            self.soft(),
            self.pairs(),
            self.costs(),
            self.trees(),
            self.focal(),
            self.noisy(),
            self.around(),
            self.heads(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn entropies(&self) -> Vec<Case> {
        let classes = self.vocab.len();
        let smooth = move |class: usize| -> Vec<f64> {
            (0..classes).map(|other| 0.1 / classes as f64 + if other == class { 0.9 } else { 0.0 }).collect()
        };
        let [w, v, u] = [(); 3].map(|()| self.class_weight());
        vec![
            Case::new(CrossEntropy::new(), |z, _, t| one(-log_p(z, t))),
            Case::ignoring(CrossEntropy::new().with_ignore_index(IGNORED), |z, _, t| one(-log_p(z, t))),
            Case::ignoring(self.weighted().with_ignore_index(IGNORED), move |z, _, t| {
                vec![[times(w(t), -log_p(z, t)) + cross_entropy(z, &[]), w(t)]]
            }),
            Case::new(self.weighted().with_label_smoothing(0.1).unwrap(), move |z, _, t| {
                let row: Vec<f64> = smooth(t).iter().enumerate().map(|(class, mass)| mass * v(class)).collect();
                vec![[cross_entropy(z, &row), v(t)]]
            }),
            Case::ignoring(self.smoothed_apart().with_ignore_index(IGNORED), move |z, _, t| apart(z, t, u(t))),
        ]
    }

    /// Class weights around other losses.
    fn around(&self) -> Vec<Case> {
        fn weighted<L>(inner: L, world: &World) -> Weighted<L> {
            Weighted::new(inner, &world.class_weights, &world.vocab).unwrap()
        }
        let [w, v, u] = [(); 3].map(|()| self.class_weight());
        let counted = |weight: f64, value: f64, z: &[f64]| times(weight, value) + cross_entropy(z, &[]);
        vec![
            Case::ignoring(weighted(CrossEntropy::new().with_ignore_index(IGNORED), self), move |z, _, t| {
                vec![[counted(w(t), -log_p(z, t), z), w(t)]]
            }),
            Case::new(weighted(Focal::new(1.5).unwrap(), self), move |z, _, t| {
                vec![[counted(v(t), formulas::focal(z, t, 1.5), z), v(t)]]
            }),
            Case::ignoring(
                weighted(CrossEntropy::new().with_ignore_index(IGNORED), self).over_examples(),
                move |z, _, t| one(counted(u(t), -log_p(z, t), z)),
            ),
        ]
    }

    /// A frame, and scores that are adjusted to how frequent classes are.
    fn heads(&self) -> Vec<Case> {
        let tree = ClassTree::new(&self.tree, &self.vocab).unwrap();
        let frame = |gamma: f64, alpha: f64| {
            let frame = ClassFrame::new(&tree, gamma).unwrap();
            let loss = FrameCrossEntropy::new(&frame).with_alpha(alpha).unwrap();
            Case::new(loss, move |z, at, t| {
                let apart = formulas::directions(z, at, frame.cosines(), t);
                one(times(1.0 - alpha, -log_p(z, t)) + alpha * apart + cross_entropy(z, &[]))
            })
        };
        let names = self.vocab.names().to_vec();
        let counts =
            |step: usize| names.clone().into_iter().enumerate().map(move |(class, name)| (name, 1 + step * class));
        let all: Vec<usize> = counts(7).map(|(_, count)| count).collect();
        let moved = move |z: &[f64], tau: f64| -> Vec<f64> {
            let sum = all.iter().sum::<usize>() as f64;
            z.iter().zip(&all).map(|(z, count)| z + tau * (*count as f64 / sum).ln()).collect()
        };
        let adjusted = |inner: CrossEntropy, tau: f64| LogitAdjusted::new(inner, counts(7), tau, &self.vocab).unwrap();
        let (plain, weighted, w) = (moved.clone(), moved, self.class_weight());
        let ignoring = self.weighted().with_ignore_index(IGNORED);
        vec![
            frame(2.0, 0.4),
            frame(5.0, 1.0),
            Case::new(adjusted(CrossEntropy::new(), 1.0), move |z, _, t| one(-log_p(&plain(z, 1.0), t))),
            Case::ignoring(adjusted(ignoring, 0.5), move |z, _, t| {
                let z = weighted(z, 0.5);
                vec![[times(w(t), -log_p(&z, t)) + cross_entropy(&z, &[]), w(t)]]
            }),
        ]
    }

    fn soft(&self) -> Vec<Case> {
        let plain = SoftLabelCrossEntropy::new(&self.labels, &self.vocab).unwrap();
        let [l, m, n] = [(); 3].map(|()| rows_of(&self.labels));
        let w = self.class_weight();
        vec![
            Case::new(plain.clone(), move |z, _, t| one(cross_entropy(z, &l(t)))),
            Case::ignoring(plain.clone().kl().with_ignore_index(IGNORED), move |z, _, t| {
                let entropy: f64 = m(t).iter().map(|mass| -times(*mass, mass.ln())).sum();
                one(cross_entropy(z, &m(t)) - entropy)
            }),
            Case::new(plain.with_class_weights(&self.class_weights).unwrap(), move |z, _, t| {
                let row: Vec<f64> = n(t).iter().enumerate().map(|(class, mass)| mass * w(class)).collect();
                one(cross_entropy(z, &row))
            }),
        ]
    }

    fn pairs(&self) -> Vec<Case> {
        let pair = |inner: CrossEntropy| PairWeighted::new(inner, &self.pair, &self.vocab).unwrap();
        let factor = |expected: bool| {
            let pair = rows_of(&self.pair);
            move |z: &[f64], t: usize| {
                let first = (0..z.len()).fold(0, |best, class| if z[class] > z[best] { class } else { best });
                if z.iter().any(|score| score.is_nan() || *score == f64::INFINITY) {
                    return 1.0;
                }
                if expected { formulas::expected(z, &pair(t)) } else { pair(t)[first] }
            }
        };
        let mut cases = Vec::new();
        for expected in [false, true] {
            let of = |inner: CrossEntropy| if expected { pair(inner).expected() } else { pair(inner) };
            let f = factor(expected);
            cases.push(Case::new(of(CrossEntropy::new()), move |z, at, t| one(f(at, t) * -log_p(z, t))));
            let (f, w) = (factor(expected), self.class_weight());
            let loss = of(self.weighted().with_ignore_index(IGNORED)).with_mean(PairMean::Weights);
            cases.push(Case::ignoring(loss, move |z, at, t| {
                let own = times(w(t), -log_p(z, t)) + cross_entropy(z, &[]);
                vec![[f(at, t) * own, f(at, t) * w(t)]]
            }));
        }
        let (f, w) = (factor(false), self.class_weight());
        cases.push(Case::new(pair(self.smoothed_apart()), move |z, at, t| {
            apart(z, t, w(t)).into_iter().map(|[numerator, denominator]| [f(at, t) * numerator, denominator]).collect()
        }));
        cases
    }

    fn costs(&self) -> Vec<Case> {
        let vocab = &self.vocab;
        let [a, b, c, d] = [(); 4].map(|()| rows_of(&self.cost));
        let (likeness, weight) = (rows_of(&self.similarity), self.class_weight());
        let ignoring = CrossEntropy::new().with_ignore_index(IGNORED);
        vec![
            Case::new(ExpectedCost::new(&self.cost, vocab).unwrap(), move |z, _, t| one(formulas::expected(z, &a(t)))),
            Case::ignoring(CostRegularized::new(ignoring, &self.cost, 2.0, vocab).unwrap(), move |z, _, t| {
                one(-log_p(z, t) + 2.0 * formulas::expected(z, &b(t)))
            }),
            Case::new(CostRegularized::new(self.smoothed_apart(), &self.cost, 2.0, vocab).unwrap(), move |z, _, t| {
                let mut terms = apart(z, t, weight(t));
                terms[0][0] += if weight(t) == 0.0 { 0.0 } else { 2.0 * formulas::expected(z, &c(t)) };
                terms
            }),
            Case::new(CostLog::new(&self.cost, vocab).unwrap(), move |z, _, t| one(formulas::cost_log(z, &d(t)))),
            Case::new(SimilarityCrossEntropy::new(&self.similarity, vocab).unwrap(), move |z, _, t| {
                one(formulas::similarity(z, &likeness(t)))
            }),
        ]
    }

    fn trees(&self) -> Vec<Case> {
        let tree = || Tree { tree: self.tree.clone(), leaves: self.tree.align(&self.vocab).unwrap() };
        let hierarchical = [(false, false), (true, false), (false, true), (true, true)].map(|(height, normalize)| {
            let loss = HierarchicalCrossEntropy::new(&self.tree, &self.vocab, 0.3).unwrap();
            let loss = if height { loss.by_height() } else { loss };
            let loss = if normalize { loss.normalize() } else { loss };
            let tree = tree();
            Case::new(loss, move |z, _, t| one(tree.hierarchical(z, t, 0.3, height, normalize)))
        });
        let distance = || TreeWasserstein::new(&self.tree, &self.vocab).unwrap();
        let ([plain, labelled], labels) = ([tree(), tree()], rows_of(&self.labels));
        let single = move |z: &[f64], _: &[f64], t: usize| {
            let label: Vec<f64> = (0..z.len()).map(|class| f64::from(u8::from(class == t))).collect();
            one(plain.wasserstein(z, &label))
        };
        let mut cases = Vec::from(hierarchical);
        cases.push(Case::new(distance(), single));
        let soft = move |z: &[f64], _: &[f64], t: usize| one(labelled.wasserstein(z, &labels(t)));
        cases.push(Case::new(distance().with_labels(&self.labels).unwrap(), soft));
        cases
    }

    fn focal(&self) -> Vec<Case> {
        let of = |gamma: f64| {
            let plain = Focal::new(gamma).unwrap();
            let weighted = plain.clone().with_class_weights(&self.class_weights, &self.vocab).unwrap();
            let [w, v] = [(); 2].map(|()| self.class_weight());
            [
                Case::new(plain, move |z, _, t| one(formulas::focal(z, t, gamma))),
                Case::ignoring(weighted.clone().with_ignore_index(IGNORED), move |z, _, t| {
                    one(times(w(t), formulas::focal(z, t, gamma)))
                }),
                Case::new(weighted.with_weighted_probability(), move |z, _, t| {
                    one(formulas::focal_inside(z, t, gamma, v(t)))
                }),
            ]
        };
        [0.0, 1.5, 2.0].into_iter().flat_map(of).collect()
    }

    fn noisy(&self) -> Vec<Case> {
        let [w, v] = [(); 2].map(|()| self.class_weight());
        let generalized = |q: f64| GeneralizedCrossEntropy::new(q).unwrap();
        let symmetric = |alpha: f64, beta: f64| SymmetricCrossEntropy::new(alpha, beta).unwrap();
        let weighted = generalized(0.3).with_class_weights(&self.class_weights, &self.vocab).unwrap();
        let both = symmetric(6.0, 0.1).with_class_weights(&self.class_weights, &self.vocab).unwrap();
        vec![
            Case::new(generalized(0.7), |z, _, t| one(formulas::generalized(z, t, 0.7))),
            Case::new(generalized(1.0), |z, _, t| one(formulas::generalized(z, t, 1.0))),
            Case::new(generalized(1e-5), |z, _, t| one(formulas::generalized(z, t, 1e-5))),
            Case::ignoring(weighted.with_ignore_index(IGNORED), move |z, _, t| {
                one(times(w(t), formulas::generalized(z, t, 0.3)))
            }),
            Case::new(symmetric(0.1, 1.0), |z, _, t| one(formulas::symmetric(z, t, 0.1, 1.0))),
            Case::new(symmetric(0.0, 1.0), |z, _, t| one(formulas::symmetric(z, t, 0.0, 1.0))),
            Case::ignoring(both.with_ignore_index(IGNORED), move |z, _, t| {
                one(times(v(t), formulas::symmetric(z, t, 6.0, 0.1)))
            }),
        ]
    }
}

impl Case {
    fn new(
        loss: impl Loss<Tensor<1, Int>> + 'static,
        terms: impl Fn(&[f64], &[f64], usize) -> Vec<[f64; 2]> + 'static,
    ) -> Self {
        Self { loss: Box::new(loss), terms: Box::new(terms), ignores: false }
    }

    fn ignoring(
        loss: impl Loss<Tensor<1, Int>> + 'static,
        terms: impl Fn(&[f64], &[f64], usize) -> Vec<[f64; 2]> + 'static,
    ) -> Self {
        Self { ignores: true, ..Self::new(loss, terms) }
    }
}

/// A term that is divided by the number of examples.
fn one(value: f64) -> Vec<[f64; 2]> {
    vec![[value, 1.0]]
}

/// Cross entropy whose smoothed part is divided by itself.
fn apart(z: &[f64], class: usize, weight: f64) -> Vec<[f64; 2]> {
    let even = vec![0.1 / z.len() as f64; z.len()];
    let own = 0.9 * times(weight, -log_p(z, class)) + cross_entropy(z, &[]);
    vec![[own, weight], [cross_entropy(z, &even), 1.0]]
}

fn rows_of<M: Meaning>(matrix: &ClassMatrix<M>) -> impl Fn(usize) -> Vec<f64> + 'static {
    let rows: Vec<Vec<f64>> = matrix.rows().map(<[f64]>::to_vec).collect();
    move |class| rows[class].clone()
}

/// Of the output and the targets of a row: value and gradient.
type Formula = Box<dyn Fn(&[f64], &[f64]) -> (f64, Vec<f64>)>;

/// What a row of targets is turned into.
type Scale = Box<dyn Fn(&[f64]) -> Vec<f64>>;

/// A loss over rows of numbers, and the value and gradient of one row.
pub struct RowCase {
    pub loss: Box<dyn Loss<Tensor<2>>>,
    pub formula: Formula,
    pub targets: Targets,
    /// Whether a logit that is infinite leaves the rest of its row alone.
    pub apart: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// From 0 to 1.
    Shares,
    /// Any, infinities too.
    Values,
    /// Logits of a teacher.
    Logits,
}

impl World {
    /// Every loss over rows.
    pub fn by_row(&self) -> Vec<RowCase> {
        let (vocab, classes) = (&self.vocab, self.vocab.len());
        let weights = self.weights.clone();
        let entropy = |scale: Scale| -> Formula {
            Box::new(move |z, target| {
                let row = scale(target);
                let mass: f64 = row.iter().sum();
                let slope = |class: usize| p(z, class) * mass - row[class];
                (cross_entropy(z, &row), (0..z.len()).map(slope).collect())
            })
        };
        // The tenth of a row's sum goes to all classes.
        let even = move |row: &[f64]| 0.1 * row.iter().sum::<f64>() / classes as f64;
        let smooth = move |row: &[f64]| -> Vec<f64> { row.iter().map(|mass| 0.9 * mass + even(row)).collect() };
        let of = |loss: CrossEntropy, scale: Scale| RowCase {
            loss: Box::new(loss),
            formula: entropy(scale),
            targets: Targets::Shares,
            apart: false,
        };
        let weighted = CrossEntropy::new().with_class_weights(&self.class_weights, vocab).unwrap();
        let [w, u] = [weights.clone(), weights.clone()];
        let weigh =
            move |row: Vec<f64>| -> Vec<f64> { row.iter().zip(&w).map(|(mass, weight)| mass * weight).collect() };
        let binary = BinaryCrossEntropy::new();
        let apart =
            |loss: Box<dyn Loss<Tensor<2>>>, targets, formula: Formula| RowCase { loss, formula, targets, apart: true };
        vec![
            of(CrossEntropy::new(), Box::new(<[f64]>::to_vec)),
            of(weighted.with_label_smoothing(0.1).unwrap(), Box::new(move |row| weigh(smooth(row)))),
            of(
                self.smoothed_apart(),
                Box::new(move |row| row.iter().zip(&u).map(|(mass, weight)| 0.9 * mass * weight + even(row)).collect()),
            ),
            RowCase {
                loss: Box::new(Distillation::new(2.0).unwrap()),
                formula: Box::new(|z, teacher| {
                    let cool = |row: &[f64]| row.iter().map(|score| score / 2.0).collect::<Vec<_>>();
                    let slope = |class: usize| 2.0 * (p(&cool(z), class) - p(&cool(teacher), class));
                    (formulas::distillation(z, teacher, 2.0), (0..z.len()).map(slope).collect())
                }),
                targets: Targets::Logits,
                apart: false,
            },
            apart(Box::new(binary.clone()), Targets::Shares, {
                Box::new(|z, target| formulas::binary(z, target, &vec![1.0; z.len()]))
            }),
            apart(
                Box::new(binary.with_positive_weights(&self.class_weights, vocab).unwrap()),
                Targets::Shares,
                Box::new(move |z, target| formulas::binary(z, target, &weights)),
            ),
            apart(Box::new(MeanSquared), Targets::Values, {
                Box::new(|z, target| {
                    let n = z.len() as f64;
                    let gaps: Vec<f64> = z.iter().zip(target).map(|(z, target)| z - target).collect();
                    (gaps.iter().map(|gap| gap * gap).sum::<f64>() / n, gaps.iter().map(|gap| 2.0 * gap / n).collect())
                })
            }),
            apart(Box::new(MeanAbsolute), Targets::Values, {
                Box::new(|z, target| {
                    let n = z.len() as f64;
                    let gaps: Vec<f64> = z.iter().zip(target).map(|(z, target)| z - target).collect();
                    // 0 at 0 and of what is not a number, as `PyTorch`'s.
                    let sign = |gap: &f64| {
                        if *gap > 0.0 {
                            1.0
                        } else if *gap < 0.0 {
                            -1.0
                        } else {
                            0.0
                        }
                    };
                    (gaps.iter().map(|gap| gap.abs()).sum::<f64>() / n, gaps.iter().map(|gap| sign(gap) / n).collect())
                })
            }),
            apart(Box::<SmoothL1>::default(), Targets::Values, bent(1.0, 1.0)),
            apart(Box::new(SmoothL1::new(0.1).unwrap()), Targets::Values, bent(0.1, 1.0)),
            apart(Box::new(Huber::new(2.0).unwrap()), Targets::Values, bent(2.0, 2.0)),
        ]
    }

    /// Every loss over several classes an example.
    pub fn by_set(&self) -> Vec<Box<dyn Loss<Tensor<2, Bool>>>> {
        let weighted = BinaryCrossEntropy::new().with_positive_weights(&self.class_weights, &self.vocab).unwrap();
        vec![Box::new(BinaryCrossEntropy::new()), Box::new(weighted)]
    }
}

/// Squared up to a gap of `end` and a line of this slope beyond.
fn bent(end: f64, slope: f64) -> Formula {
    Box::new(move |z, target| {
        let n = z.len() as f64;
        let gaps: Vec<f64> = z.iter().zip(target).map(|(z, target)| z - target).collect();
        let value = |gap: &f64| {
            let far = gap.abs();
            slope * if far > end { far - end / 2.0 } else { far * far / (2.0 * end) }
        };
        let slopes = gaps.iter().map(|gap| slope * (gap / end).clamp(-1.0, 1.0) / n).collect();
        (gaps.iter().map(value).sum::<f64>() / n, slopes)
    })
}
