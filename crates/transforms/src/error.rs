use std::io;
use std::path::{Path, PathBuf};

use crate::Size;

/// What can go wrong between a file and a plane of numbers; each variant names the picture, the stage and a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransformError {
    /// The file could not be read.
    #[error("read: cannot read {}: {why}; check that it exists and may be read", path.display())]
    Read {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// What is at the path is no regular file, and reading it might never end.
    #[error("read: {} is {what}, and pictures are read from regular files alone; remove it, or leave it out", path.display())]
    NoFile {
        /// The path asked for.
        path: PathBuf,
        /// What is there: `a folder`, `a pipe`, …
        what: &'static str,
    },
    /// A symbolic link leads nowhere.
    #[error("read: {} is a broken link: there is no {}; mend or remove the link", path.display(), target.display())]
    BrokenLink {
        /// The link.
        path: PathBuf,
        /// What it points to.
        target: PathBuf,
    },
    /// The file, still encoded, is larger than the limits allow.
    #[error(
        "read: {picture} has {bytes} bytes, over the limit of {limit}; if the file is to be trusted, raise the limit \
         (Limits::with_file_bytes)"
    )]
    LargeFile {
        /// The path, or a description of the bytes.
        picture: String,
        /// Its length, or how much of it was read before the limit was noticed.
        bytes: u64,
        /// The limit that was passed.
        limit: u64,
    },
    /// The bytes are not a picture of a known format, or are a broken one.
    #[error("decode: cannot decode {picture}: {reason}; replace or remove the file")]
    Decode {
        /// The path, or a description of the bytes.
        picture: String,
        /// What the decoder said.
        reason: String,
    },
    /// The picture would take more memory or pixels than the limits allow.
    #[error(
        "decode: {picture} is {size} and would take about {bytes} bytes to decode, over the limit of {limit} {unit}; \
         if the file is to be trusted, raise the limit (Limits::with_pixels, Limits::with_bytes)"
    )]
    TooLarge {
        /// The path, or a description of the bytes.
        picture: String,
        /// Width and height that the file announces.
        size: Size,
        /// Estimate of the memory that decoding takes.
        bytes: u64,
        /// The limit that was passed.
        limit: u64,
        /// What the limit counts: `pixels` or `bytes`.
        unit: &'static str,
    },
    /// A picture that can be decoded is no mask, or has numbers or colours without a code.
    #[error("decode: {mask} cannot be read as a mask: {reason}")]
    MaskFile {
        /// The path, or a description of the bytes.
        mask: String,
        /// Why not, and what to do.
        reason: String,
    },
    /// A file has other channels than are wanted.
    #[error(
        "decode: {picture} has {}, and {wanted} are wanted; read its own (Channels::Own({given})), gray (Channels::Gray) or \
         colours (Channels::Rgb)",
        counted(*given)
    )]
    Channels {
        /// The path, or a description of the bytes.
        picture: String,
        /// How many are wanted.
        wanted: usize,
        /// How many it has.
        given: usize,
    },
    /// Numbers that are no whole planes of a size.
    #[error(
        "input: {given} numbers are no planes of {size}; give one number for each pixel and channel, plane by plane"
    )]
    BandLength {
        /// The size.
        size: Size,
        /// How many numbers were given.
        given: usize,
    },
    /// A number of a band that stands for none.
    #[error(
        "input: the picture has the number {number}, which stands for none; fill such pixels before, with what is likely there"
    )]
    BandNumber {
        /// NaN, an infinity, or beyond 10³⁰.
        number: f32,
    },
    /// Numbers are to be lit that are no colours.
    #[error(
        "transform: lighting is for numbers from 0 to 1, and the picture has {number}; leave it out (`aug_transforms().max_lighting(0.0)`)"
    )]
    Lit {
        /// One of them.
        number: f32,
    },
    /// A mask has more pixels than are held at a time.
    #[error("a mask of {size} has more than {most} pixels; mend its size in the file")]
    LargeMask {
        /// Width and height.
        size: Size,
        /// The most pixels.
        most: u64,
    },
    /// Bands of one picture have different sizes.
    #[error("input: this band is {other}, and the first one {first}; make the bands of a picture of one size")]
    BandSizes {
        /// The size of the first band.
        first: Size,
        /// The size of this one.
        other: Size,
    },
    /// The pictures of an item do not become one size.
    #[error(
        "transform: the first picture of the item becomes {first}, and another one {other}; add a Resize to the transforms, so \
         that all get one size"
    )]
    SeveralSizes {
        /// The size that the first picture gets.
        first: Size,
        /// The size that another one gets.
        other: Size,
    },
    /// A transform is for colours, and the picture has other channels.
    #[error("transform: {stage} is for red, green and blue, and the picture has {}; leave it out", counted(*channels))]
    NoColours {
        /// The transform.
        stage: &'static str,
        /// How many channels there are.
        channels: usize,
    },
    /// A policy is for colours of 8 bits, and the picture has three channels of other numbers.
    #[error(
        "transform: {stage} is for red, green and blue of 8 bits, and the picture has other numbers; leave it out, or read pictures as \
         `Channels::Rgb`"
    )]
    NoBytes {
        /// The policy.
        stage: &'static str,
    },
    /// There are statistics for another number of channels.
    #[error(
        "transform: statistics of {} do not fit {}; give Normalize a mean and a deviation for each channel, or one for all",
        counted(*statistics),
        counted(*channels)
    )]
    Statistics {
        /// For how many channels there are.
        statistics: usize,
        /// How many channels there are.
        channels: usize,
    },
    /// A mask's list of codes has another length than its size says.
    #[error("mask: a mask of {size} has {needed} codes, and {given} are given; give one for each pixel, in rows")]
    MaskLength {
        /// The size.
        size: Size,
        /// How many codes it has.
        needed: u64,
        /// How many were given.
        given: usize,
    },
    /// Runs that make no mask.
    #[error("mask: the runs cannot be read: {reason}; check them, and the size of the picture that they belong to")]
    Runs {
        /// What is wrong with them.
        reason: String,
    },
    /// A mask has another size than the picture that it is to be moved with.
    #[error(
        "transform: the mask is {mask}, but its picture {picture}; a mask has one code for each pixel of the upright picture, so \
         check that it is this picture's, and of its full size"
    )]
    MaskSize {
        /// The size of the mask.
        mask: Size,
        /// The size of the picture.
        picture: Size,
    },
    /// What belongs to a picture cannot be moved along, because a closure has changed the picture.
    #[error(
        "transform: a closure has changed the picture, and {what} that belongs to it cannot be moved along; use transforms of \
         this crate alone, or change pictures before they are read"
    )]
    ThroughClosure {
        /// What was to be moved: `a mask`, …
        what: &'static str,
    },
    /// A reader of your own has no picture for an item.
    #[error("input: {reason}")]
    Input {
        /// Why not.
        reason: String,
    },
    /// A parameter of a transform is outside its range.
    #[error("transform: {stage} has {parameter} = {value}, which must be {range}")]
    Setting {
        /// The transform.
        stage: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        value: f32,
        /// The values it may have.
        range: &'static str,
    },
    /// The buffer for the result has another length than the result.
    #[error(
        "transform: the output buffer holds {given} numbers, but {channels} planes of {size} need {needed}; \
         add a Resize or a size to the transforms so that all pictures of a batch get one size"
    )]
    OutputLength {
        /// The size of the result.
        size: Size,
        /// How many planes it has.
        channels: usize,
        /// The length that they need.
        needed: usize,
        /// The length that was given.
        given: usize,
    },
    /// A picture without pixels.
    #[error("transform: the picture is {size} and has no pixels; remove it, or check what made it")]
    Empty {
        /// Its size.
        size: Size,
    },
    /// A picture of another size than a draw was made for.
    #[error("transform: the picture is {given}, but the draw was made for one of {drawn_for}; draw for this size")]
    OtherPicture {
        /// The size of the picture.
        given: Size,
        /// The size that the draw knows.
        drawn_for: Size,
    },
    /// A closure among the item transforms refused the picture.
    #[error("transform: closure `{name}` failed: {reason}")]
    Closure {
        /// The name that the closure was given.
        name: String,
        /// What it said.
        reason: String,
    },
    /// An error of a later stage, with the file it happened in.
    #[error("{}: {why}", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// What happened.
        why: Box<TransformError>,
    },
}

/// `1 channel`, `4 channels`.
fn counted(channels: usize) -> String {
    format!("{channels} channel{}", if channels == 1 { "" } else { "s" })
}

impl TransformError {
    /// The same error, naming the file it happened in; errors that already name it stay as they are.
    ///
    /// ```
    /// use firelight_transforms::{Limits, decode};
    ///
    /// let error = decode(b"GIF", &Limits::default()).unwrap_err().in_file("cats/1.gif".as_ref());
    /// assert!(error.to_string().starts_with("cats/1.gif: decode: cannot decode a picture of 3 bytes in memory"));
    /// ```
    pub fn in_file(self, path: &Path) -> Self {
        let named = match &self {
            Self::Read { path: of, .. }
            | Self::NoFile { path: of, .. }
            | Self::BrokenLink { path: of, .. }
            | Self::InFile { path: of, .. } => of == path,
            // Of bytes in memory no file is known.
            Self::LargeFile { picture, .. }
            | Self::Decode { picture, .. }
            | Self::TooLarge { picture, .. }
            | Self::Channels { picture, .. } => *picture == path.display().to_string(),
            Self::MaskFile { mask, .. } => *mask == path.display().to_string(),
            _ => false,
        };
        if named { self } else { Self::InFile { path: path.to_owned(), why: Box::new(self) } }
    }

    /// Whether a file is at fault, which another one in its place would not be: it cannot be read or decoded, or is over
    /// the limits. A parameter, a closure or a buffer is never the file's fault, and a number or colour of a mask may be one that
    /// was not told.
    ///
    /// ```
    /// use firelight_transforms::{Limits, PictureTransforms, Resize, decode};
    ///
    /// assert!(decode(b"not a picture", &Limits::default()).unwrap_err().is_broken_file());
    /// assert!(!PictureTransforms::new().with_item(Resize::crop(0)).check().unwrap_err().is_broken_file());
    /// ```
    pub fn is_broken_file(&self) -> bool {
        match self {
            Self::Read { .. }
            | Self::NoFile { .. }
            | Self::BrokenLink { .. }
            | Self::LargeFile { .. }
            | Self::Decode { .. }
            | Self::TooLarge { .. }
            | Self::BandSizes { .. }
            | Self::MaskSize { .. } => true,
            Self::InFile { why, .. } => why.is_broken_file(),
            _ => false,
        }
    }
}
