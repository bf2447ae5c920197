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

/// Values of three bytes of which the lower five bits count, so that letters have no case.
const WINDOWS: usize = 1 << 15;

/// One bit for every three bytes that a sign begins with.
const BEGINNINGS: [u64; WINDOWS / 64] = {
    let mut bits = [0; WINDOWS / 64];
    let mut index = 0;
    while index < SIGNS.len() {
        let sign = SIGNS[index].as_bytes();
        let window = behind(behind(behind(0, sign[0]), sign[1]), sign[2]);
        bits[window / 64] |= 1 << (window % 64);
        index += 1;
    }
    bits
};

/// Returns the window of three bytes that ends with the next one.
const fn behind(window: usize, byte: u8) -> usize {
    (window << 5 | (byte & 0x1f) as usize) % WINDOWS
}

/// Returns whether there may be anything to be found in a text, which costs far less than looking.
pub(crate) fn may_have(text: &str) -> bool {
    let mut window = 0;
    text.bytes().enumerate().any(|(end, byte)| {
        window = behind(window, byte);
        let is_beginning = BEGINNINGS[window / 64] & (1 << (window % 64)) != 0;
        is_beginning && end >= 2 && stands(text.as_bytes(), end - 2)
    })
}

/// Returns whether a sign begins at a byte.
fn stands(text: &[u8], start: usize) -> bool {
    SIGNS.iter().any(|sign| {
        let there = text.get(start..start + sign.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(sign.as_bytes()))
    })
}
