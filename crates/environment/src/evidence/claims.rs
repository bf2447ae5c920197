//! Claims of several compositions: what variants of one composition claim together is one claim.

use strata_diagnostic::Place;

use crate::context::Context;
use crate::model::Stack;

/// Leaves out claims that an earlier one states as well: that of a variant, at the same path, in a
/// file that both take in or over the same first file. `of` returns composition, place and path.
pub(crate) fn each_once<'a, C>(
    claims: Vec<C>,
    of: impl Fn(&C) -> (&'a Stack, Place, &'a str),
) -> Vec<C> {
    let mut kept: Vec<C> = Vec::with_capacity(claims.len());
    for claim in claims {
        let (stack, place, path) = of(&claim);
        let is_known = kept.iter().any(|known| {
            let (its_stack, its_place, its_path) = of(known);
            !std::ptr::eq(stack, its_stack)
                && path == its_path
                && (place == its_place || stack.has_base_of(its_stack))
                && stack.is_variant_of(its_stack)
        });
        if !is_known {
            kept.push(claim);
        }
    }
    kept
}

/// Returns the file that a claim is labelled with: the one of the composition that states it, or the
/// first where that is one which is taken in.
pub(crate) fn stated_in<'a>(context: &Context<'a>, stack: &'a Stack, place: Place) -> &'a str {
    let path = context.path_of(place.source);
    let own = path.filter(|path| stack.files.iter().any(|file| file == path));
    own.unwrap_or_else(|| stack.file())
}
