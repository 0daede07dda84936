use crate::Body;

/// How files name the tensors of a body and its last layer.
#[derive(Clone, Copy)]
pub(super) struct Naming {
    /// Turns a tensor's path in a module of ours (with torch's `weight` and `bias` for norms) into its published name.
    pub published: fn(&str) -> String,
    /// The published name of the weights that see the pictures.
    pub stem: &'static str,
}

/// The names for this body; `None` where no weights are published.
pub(super) fn naming(body: &Body) -> Option<Naming> {
    match body {
        Body::ResNet(_) => Some(Naming { published: torchvision, stem: "conv1.weight" }),
        Body::EfficientNetLite(_) => Some(Naming { published: efficientnet_lite, stem: "_conv_stem.weight" }),
        Body::Small(_) => None,
    }
}

/// Whether a file may hold this tensor beside those of a body: the published last layer, and the counter of training
/// steps that torch keeps in every batch norm.
pub(super) fn is_accessory(name: &str) -> bool {
    let last_layer = ["fc.", "_fc.", "classifier."].iter().any(|layer| name.starts_with(layer));
    last_layer || name.ends_with(".num_batches_tracked")
}

/// Whose names these are, if they are known and not read.
pub(super) fn origin<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    // The body of a fastai learner is the first part of a sequence, and a sequence of numbered parts itself.
    let fastai = |name: &str| {
        let name = name.strip_prefix("model.").unwrap_or(name);
        name.starts_with("0.0.") || ["0.4.0.conv1.", "0.7.1.conv1."].iter().any(|part| name.starts_with(part))
    };
    let timm = |name: &str| name.starts_with("conv_stem.") || name.contains(".conv_dw.");
    names.find_map(|name| match name {
        name if fastai(name) => Some("a fastai learner"),
        name if timm(name) => Some("timm's models"),
        _ => None,
    })
}

/// `layer1.0.conv2.norm.weight` to `layer1.0.bn2.weight`.
fn torchvision(ours: &str) -> String {
    const RENAMED: [(&str, &str); 8] = [
        ("downsample.conv.", "downsample.0."),
        ("downsample.norm.", "downsample.1."),
        ("conv1.conv.", "conv1."),
        ("conv1.norm.", "bn1."),
        ("conv2.conv.", "conv2."),
        ("conv2.norm.", "bn2."),
        ("conv3.conv.", "conv3."),
        ("conv3.norm.", "bn3."),
    ];
    rename(ours, &RENAMED)
}

/// `blocks.1.project.norm.weight` to `_blocks.1._bn2.weight`.
fn efficientnet_lite(ours: &str) -> String {
    const RENAMED: [(&str, &str); 12] = [
        ("blocks.", "_blocks."),
        ("stem.conv.", "_conv_stem."),
        ("stem.norm.", "_bn0."),
        ("top.conv.", "_conv_head."),
        ("top.norm.", "_bn1."),
        ("expand.conv.", "_expand_conv."),
        ("expand.norm.", "_bn0."),
        ("depthwise.conv.", "_depthwise_conv."),
        ("depthwise.norm.", "_bn1."),
        ("project.conv.", "_project_conv."),
        ("project.norm.", "_bn2."),
        ("fc.", "_fc."),
    ];
    rename(ours, &RENAMED)
}

/// `blocks.4.project.norm.weight` to `blocks.2.1.bn3.weight`: timm counts blocks by stages, and the layers of a block as they come. `places` are
/// stage and number of each block.
pub(super) fn efficientnet_lite_of_timm(ours: &str, places: &[(usize, usize)]) -> String {
    const OUTSIDE: [(&str, &str); 4] =
        [("stem.conv.", "conv_stem."), ("stem.norm.", "bn1."), ("top.conv.", "conv_head."), ("top.norm.", "bn2.")];
    const FIRST: [(&str, &str); 4] = [
        ("depthwise.conv.", "conv_dw."),
        ("depthwise.norm.", "bn1."),
        ("project.conv.", "conv_pw."),
        ("project.norm.", "bn2."),
    ];
    const LATER: [(&str, &str); 6] = [
        ("expand.conv.", "conv_pw."),
        ("expand.norm.", "bn1."),
        ("depthwise.conv.", "conv_dw."),
        ("depthwise.norm.", "bn2."),
        ("project.conv.", "conv_pwl."),
        ("project.norm.", "bn3."),
    ];
    let block = ours.strip_prefix("blocks.").and_then(|inside| inside.split_once('.'));
    let place = block.and_then(|(number, inside)| Some((places.get(number.parse::<usize>().ok()?)?, inside)));
    let Some(((stage, number), inside)) = place else { return rename(ours, &OUTSIDE) };
    // The first stage does not expand.
    let inside = if *stage == 0 { rename(inside, &FIRST) } else { rename(inside, &LATER) };
    format!("blocks.{stage}.{number}.{inside}")
}

fn rename(ours: &str, renamed: &[(&str, &str)]) -> String {
    renamed.iter().fold(ours.to_owned(), |name, (ours, theirs)| name.replace(ours, theirs))
}
