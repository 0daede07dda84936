//! What is read back from a device: in fits and evaluations here alone, and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use burn::tensor::{Tensor, TensorData, Transaction};

/// How many times the fits and evaluations of a learner have waited for numbers from a device. Copies count together.
///
/// It is what tests, and whoever wonders why a device idles, look at.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn count(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let readings = learn.readings();
/// let before = readings.count();
/// learn.evaluate()?;
/// assert!(readings.count() - before <= learn.data().valid().num_batches() as u64);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Readings(Arc<AtomicU64>);

impl Readings {
    /// How many there were so far.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// All tensors of a transaction, in one reading.
    ///
    /// # Panics
    ///
    /// If the device fails.
    pub(crate) fn read(&self, tensors: Transaction) -> Vec<TensorData> {
        self.add();
        tensors.execute()
    }
}

/// Numbers that a device has been asked for.
#[derive(Debug)]
pub(crate) struct Reading {
    numbers: Coming,
    readings: Readings,
}

#[derive(Debug)]
enum Coming {
    /// They are read when they are waited for.
    OnDevice(Box<Tensor<1>>),
    /// A thread waits for them.
    OnTheWay(Receiver<Result<Vec<f32>, String>>),
}

impl Reading {
    /// Numbers that are about to be waited for.
    pub fn of(numbers: Tensor<1>, readings: &Readings) -> Self {
        Self { numbers: Coming::OnDevice(Box::new(numbers)), readings: readings.clone() }
    }

    /// The numbers, once the device has them.
    ///
    /// # Panics
    ///
    /// If the device fails.
    pub fn wait(self) -> Vec<f32> {
        self.readings.add();
        match self.numbers {
            Coming::OnDevice(numbers) => host(*numbers),
            Coming::OnTheWay(numbers) => {
                let numbers = numbers.recv().unwrap_or_else(|_| Err("the thread that reads is gone".into()));
                numbers.unwrap_or_else(|why| panic!("cannot read from the device: {why}"))
            }
        }
    }
}

type Request = (Tensor<1>, Sender<Result<Vec<f32>, String>>);

/// A thread that waits for a device in the place of the one that trains.
///
/// A device that works by itself does one thing after the other, and copies numbers to the host when all that it was asked before is done. So
/// those of a step are asked for before anything of the next step is, or they would be there only after that; and since asking is waiting, a
/// thread of its own does it.
#[derive(Debug)]
pub(crate) struct Reader {
    requests: Option<Sender<Request>>,
}

impl Reader {
    /// It ends when it is dropped. Where the system has no thread to give, numbers are read when they are waited for.
    pub fn start() -> Self {
        let (requests, asked) = channel::<Request>();
        let serve = move || {
            for (numbers, answer) in asked {
                let numbers = numbers.try_into_data().map(|data| data.iter::<f32>().collect());
                // What nobody waits for any more is of a step that was thrown away.
                let _ = answer.send(numbers.map_err(|error| error.to_string()));
            }
        };
        let thread = std::thread::Builder::new().name("firelight-reader".into()).spawn(serve);
        Self { requests: thread.is_ok().then_some(requests) }
    }

    /// Asks for numbers.
    pub fn ask(&self, numbers: Tensor<1>, readings: &Readings) -> Reading {
        let Some(requests) = &self.requests else { return Reading::of(numbers, readings) };
        let (answer, coming) = channel();
        let numbers = match requests.send((numbers, answer)) {
            Ok(()) => Coming::OnTheWay(coming),
            Err(refused) => Coming::OnDevice(Box::new(refused.0.0)),
        };
        Reading { numbers, readings: readings.clone() }
    }
}

/// The numbers of a tensor, row by row. Not counted: what a fit or an evaluation waits for is read by [`Readings::read`].
pub(crate) fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}
