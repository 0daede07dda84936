//! What is answered of models of each kind, by a server in this process.

mod batches;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use burn::tensor::Device;
use firelight_costs::{CostMatrix, Decision};
use firelight_models::{Arch, BodyConfig, HeadConfig, VisionModel, weights};
use firelight_predict::{FORMAT, Manifest, NetworkConfig, Predictor, TargetKind, Trust};
use firelight_serve::{ServeError, Server};
use firelight_transforms::{InputReader, Normalize, PictureTransforms, Resize, Size};
use firelight_vocab::{Groups, Vocab};
use serde_json::{Value, json};

const ANIMALS: [&str; 4] = ["cat", "dog", "eel", "newt"];

fn animals() -> Vocab {
    Vocab::ordered(ANIMALS).unwrap()
}

/// A network of weights by chance that tells this.
fn predictor(folder: &Path, target: TargetKind, decision: Decision, files: usize) -> Predictor {
    let (device, body) = (Device::flex(), BodyConfig::new(Arch::Small).with_pictures(files));
    let head = HeadConfig::new(body.features(), target.columns());
    let model = VisionModel::new(body.body(3, &device), head.init(4, &device));
    let manifest = Manifest {
        firelight: "0.1.0".into(),
        burn: "0.22.1".into(),
        network: NetworkConfig::Vision { body, head },
        target,
        transforms: PictureTransforms::new()
            .with_item(Resize::squish(Size::new(32, 32)))
            .with_normalize(Normalize::imagenet()),
        input: InputReader::of_channels(&vec![3; files]),
        decision,
        trust: Trust::default(),
    };
    let file = folder.join("model.firelight");
    FORMAT.write(&file, &manifest, &[&weights::to_bytes(&model).unwrap()]).unwrap();
    Predictor::load(file, &device).unwrap()
}

/// A server that runs until it is dropped.
struct Running {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

impl Running {
    fn start(server: Server) -> Self {
        let (ended, (send, receive)) = (Arc::new(AtomicBool::new(false)), channel());
        let until = ended.clone();
        let thread = spawn(move || {
            let place = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            server.serve(place, || until.load(Ordering::Relaxed), move |address| send.send(address).unwrap())
        });
        Self { address: receive.recv().unwrap(), ended, thread: Some(thread) }
    }

    /// A request that is sent, and not answered yet.
    fn begun(&self, head: &str, body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let length = body.len();
        write!(stream, "{head} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
            .unwrap();
        let _ = stream.write_all(body);
        stream
    }

    fn send(&self, head: &str, body: &[u8]) -> (u16, String) {
        let mut stream = self.begun(head, body);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn json(&self, head: &str, body: &[u8]) -> Value {
        let (status, said) = self.send(head, body);
        assert_eq!(status, 200, "{said}");
        serde_json::from_str(&said).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap().unwrap();
    }
}

fn picture() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([(6 * x) as u8, (8 * y) as u8, 99]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn a_class_is_told_with_what_is_likeliest_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let model = predictor(folder.path(), TargetKind::Category(animals()), Decision::Argmax, 1);
    let prediction = model.predict_bytes(&picture()).unwrap();
    let running = Running::start(Server::new(model).unwrap());
    let said = running.json("POST /predict", &picture());
    let fields: Vec<&String> = said.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["calibrated", "class", "likeliest"]);
    let likeliest = said["likeliest"].as_array().unwrap();
    assert_eq!(likeliest.len(), ANIMALS.len());
    assert_eq!(likeliest[0]["class"], said["class"]);
    assert_eq!(prediction.class, said["class"]);
    assert_eq!(running.json("GET /model", b""), json!({ "tells": "one class of 4", "outputs": ANIMALS }));
    assert_eq!(running.json("GET /health", b""), json!({ "status": "ok", "classes": 4 }));
    assert!(running.send("GET /", b"").1.contains("<h1>Which class is it?</h1>"));
    assert_eq!(running.send("POST /predict", b"a letter").0, 422);
}

/// What a mistake costs is told by the costs that the model decides by, or by those that are given; groups where they are.
#[test]
fn groups_and_expected_costs_stand_beside_the_class() {
    let folder = tempfile::tempdir().unwrap();
    let vocab = animals();
    let groups = Groups::by(&vocab, |animal| if ["cat", "dog"].contains(&animal) { "dry" } else { "wet" });
    let costs = CostMatrix::from_groups(&groups, 1.0, 4.0);
    let decision = Decision::minimum_risk(&costs, &vocab).unwrap();
    let model = || predictor(folder.path(), TargetKind::Category(vocab.clone()), decision.clone(), 1);
    let probabilities = model().predict_bytes(&picture()).unwrap().probabilities;
    let expected = |answer: usize, costs: &CostMatrix| -> f64 {
        (0..4).map(|class| f64::from(probabilities[class]) * costs.value(class, answer)).sum()
    };
    let dearer = CostMatrix::from_groups(&groups, 2.0, 9.0);
    for (server, costs) in [
        (Server::new(model()).unwrap().with_groups(groups.clone()), &costs),
        (Server::new(model()).unwrap().with_groups(groups.clone()).with_costs(&dearer).unwrap(), &dearer),
    ] {
        let running = Running::start(server.with_question("Wet & <dry>?"));
        let said = running.json("POST /predict", &picture());
        let answer = vocab.o2i(said["class"].as_str().unwrap()).unwrap();
        let near = |told: &Value, value: f64| assert!((told.as_f64().unwrap() - value).abs() < 1e-5, "{told}, {value}");
        near(&said["expected_cost"], expected(answer, costs));
        let group = groups.of(answer);
        assert_eq!(said["group"], groups.names()[group]);
        near(&said["group_probability"], groups.members(group).map(|class| f64::from(probabilities[class])).sum());
        let first = &said["likeliest"][0];
        assert_eq!(first["group"], groups.names()[groups.of(vocab.o2i(first["class"].as_str().unwrap()).unwrap())]);
        near(&running.json("GET /model", b"")["highest_cost"], costs.value(0, 3));
        assert!(running.send("GET /", b"").1.contains("<h1>Wet &amp; &lt;dry&gt;?</h1>"));
    }
    let other = CostMatrix::uniform(&Vocab::from_labels(["cat", "cow"]));
    assert!(matches!(Server::new(model()).unwrap().with_costs(&other), Err(ServeError::Costs(_))));
}

#[test]
fn a_class_of_a_pair_is_told_like_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let target = TargetKind::pair(TargetKind::Box, TargetKind::Category(animals()));
    let groups = Groups::by(&animals(), |animal| animal[..1].to_owned());
    let server = Server::new(predictor(folder.path(), target, Decision::Argmax, 1)).unwrap();
    let running = Running::start(server.with_groups(groups));
    let said = running.json("POST /predict?evidence", &picture());
    assert_eq!(said["first"]["box"].as_array().map(Vec::len), Some(4));
    assert_eq!(said["second"]["group"], said["second"]["class"].as_str().unwrap()[..1]);
    assert!(said["evidence"].as_str().unwrap().starts_with("data:image/jpeg;base64,"));
    assert!(running.send("GET /", b"").1.contains("<h1>What does the model see?</h1>"));
}

#[test]
fn limits_are_those_that_were_set_and_no_file_of_several_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let model = || predictor(folder.path(), TargetKind::Values(1), Decision::Argmax, 1);
    let running = Running::start(Server::new(model()).unwrap().with_largest(100).with_patience(Duration::from_secs(2)));
    let (status, said) = running.send("POST /predict", &picture());
    assert!(status == 413 && said.contains("larger than 100 bytes"), "{said}");
    let taken = Server::new(model()).unwrap().serve(running.address, || true, |_| ());
    assert!(matches!(&taken, Err(ServeError::Listen { place, .. }) if *place == running.address), "{taken:?}");
    let running = Running::start(Server::new(model()).unwrap().with_patience(Duration::MAX));
    assert_eq!(running.send("POST /predict", &picture()).0, 200);
    let two = predictor(folder.path(), TargetKind::Values(1), Decision::Argmax, 2);
    assert!(matches!(Server::new(two), Err(ServeError::Model(_))));
}
