//! Whether a text is worth looking at: most hold no sign of a secret.
//!
//! Names, addresses and programs are looked for where they can stand; here it only counts that one of
//! their words is somewhere, which a single pass over the bytes says.

/// One of these stands in every text in which something is found, whatever the case of its letters:
/// the words of names, the signs of addresses, the programs that are given passwords.
const SIGNS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "auth",
    "kms",
    "private",
    "credential",
    "://",
    "mysql",
    "mariadb",
    "-cli ",
    "cypher-shell ",
    "docker ",
    "podman ",
    "mongo",
    "sqlcmd ",
    "mosquitto_",
    "ldap",
    "curl ",
    "http ",
    "https ",
    "xh ",
    "mc ",
    "rabbitmqctl ",
];

/// One bit for every two bytes that a sign begins with.
const BEGINNINGS: [u64; 1024] = {
    let mut bits = [0; 1024];
    let mut index = 0;
    while index < SIGNS.len() {
        let bit = beginning(SIGNS[index].as_bytes()[0], SIGNS[index].as_bytes()[1]);
        bits[bit / 64] |= 1 << (bit % 64);
        index += 1;
    }
    bits
};

const fn beginning(first: u8, second: u8) -> usize {
    (first as usize) << 8 | second as usize
}

/// Returns whether there may be anything to be found in a text, which costs far less than looking.
pub(crate) fn may_have(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut before = 0;
    for (index, byte) in bytes.iter().enumerate() {
        let byte = byte.to_ascii_lowercase();
        let bit = beginning(before, byte);
        before = byte;
        if BEGINNINGS[bit / 64] & (1 << (bit % 64)) != 0 && stands(bytes, index - 1) {
            return true;
        }
    }
    false
}

/// Returns whether a sign begins at a byte.
fn stands(text: &[u8], start: usize) -> bool {
    SIGNS.iter().any(|sign| {
        let there = text.get(start..start + sign.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(sign.as_bytes()))
    })
}
