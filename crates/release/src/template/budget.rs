//! What a template may spend.

/// Most steps of one rendering. A piece of the template, a command, an argument and a round of a
/// loop cost one each; looking at or making text costs one for every 64 bytes.
pub(super) const MAXIMUM_STEPS: u64 = 1_000_000;

/// Longest text that rendering may make, the output included.
pub(super) const MAXIMUM_TEXT: usize = 16 << 20;

const BYTES_PER_STEP: usize = 64;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            left: MAXIMUM_STEPS,
        }
    }

    pub(super) fn step(&mut self) -> Result<(), String> {
        self.spend(1)
    }

    /// Spends what it costs to look at so many bytes or entries.
    pub(super) fn look(&mut self, size: usize) -> Result<(), String> {
        self.spend(u64::try_from(size / BYTES_PER_STEP).unwrap_or(u64::MAX))
    }

    /// Spends what it costs to make a text of a length, and refuses one that is too long.
    pub(super) fn make(&mut self, length: usize) -> Result<(), String> {
        self.fits(length)?;
        self.look(length)
    }

    /// Refuses a text that is too long.
    #[expect(clippy::unused_self, reason = "the limit belongs to the budget")]
    pub(super) fn fits(&self, length: usize) -> Result<(), String> {
        if length > MAXIMUM_TEXT {
            return Err(format!(
                "rendering makes more than {} MiB of text",
                MAXIMUM_TEXT >> 20
            ));
        }
        Ok(())
    }

    fn spend(&mut self, steps: u64) -> Result<(), String> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(format!("rendering takes more than {MAXIMUM_STEPS} steps")),
        }
    }
}
