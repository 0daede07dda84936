//! Changes of bytes and of JSON, by chance.

use firelight::transforms::Chance;
use serde_json::{Value, json};

/// One change, or a few: bits, bytes, numbers that say much, parts that are left out, told twice or cut off.
pub fn bytes(whole: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=chance.below(3) {
        // Heads are where sizes stand, and some formats have theirs at the end.
        let (length, near) = (bytes.len().max(1), bytes.len().clamp(1, 512) as u64);
        let at = match chance.below(3) {
            0 => chance.below(near) as usize,
            1 => length - 1 - chance.below(near) as usize,
            _ => chance.below(length as u64) as usize,
        };
        let end = (at + 1 + chance.below(16) as usize).min(bytes.len());
        let at = at.min(end);
        match chance.below(6) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << chance.below(8)),
            1 => {
                let telling = [0, 1, 127, 128, 254, 255][chance.below(6) as usize];
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = telling);
            }
            2 => {
                let huge = [u32::MAX, 1 << 31, 1 << 24, 1 << 16, 0][chance.below(5) as usize];
                let huge = if chance.below(2) == 0 { huge.to_le_bytes() } else { huge.to_be_bytes() };
                bytes.iter_mut().skip(at).zip(huge).for_each(|(byte, huge)| *byte = huge);
            }
            3 => drop(bytes.drain(at..end)),
            4 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// One value of it replaced, and where, in words.
pub fn json(whole: &Value, chance: &mut Chance) -> (Value, String) {
    let mut places = Vec::new();
    collect(whole, String::new(), &mut places);
    let place = places.swap_remove(chance.below(places.len() as u64) as usize);
    let mut other = whole.clone();
    let Some(value) = other.pointer_mut(&place) else { return (other, place) };
    *value = instead(value, chance);
    let what = format!("{place} = {:.60}", value.to_string());
    (other, what)
}

fn collect(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            for (place, inner) in list.iter().enumerate().take(3) {
                collect(inner, format!("{at}/{place}"), found);
            }
        }
        Value::Object(map) => {
            for (name, inner) in map {
                collect(inner, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
    found.push(at);
}

/// Another value: of its own kind one that is large, small, none or in another order; or one of another kind.
fn instead(value: &Value, chance: &mut Chance) -> Value {
    let numbers = [
        json!(0),
        json!(-1),
        json!(1),
        json!(3),
        json!(0.5),
        json!(1e38),
        json!(1_u64 << 15),
        json!(1_u64 << 26),
        json!(1_u64 << 31),
        json!(1_u64 << 48),
        json!(u64::MAX),
    ];
    let mut all = match value {
        Value::Array(list) => vec![
            json!([]),
            list.iter().rev().cloned().collect(),
            list.iter().chain(list).cloned().collect(),
            list.iter().skip(1).cloned().collect(),
            json!(vec![list.first().cloned().unwrap_or_default(); 50_000]),
        ],
        Value::Object(map) => {
            let without = |name: &String| {
                let mut fewer = map.clone();
                fewer.remove(name);
                Value::Object(fewer)
            };
            map.keys().map(without).chain([json!({})]).collect()
        }
        Value::String(text) => vec![json!(""), json!(text.repeat(10_000)), json!("../../x"), json!("\u{0}")],
        Value::Bool(is) => vec![json!(!is)],
        Value::Number(_) | Value::Null => numbers.to_vec(),
    };
    all.extend([Value::Null, json!("a word"), json!(-0.5), json!([[]]), json!({ "a": 1 }), json!(true)]);
    all.swap_remove(chance.below(all.len() as u64) as usize)
}
