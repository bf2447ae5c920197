//! Whole recorded recipes, installed and removed.

use super::{Delivery, Journal, assert_order};
use crate::recorded::{EKS, OPENSHIFT, Recorded, is_there, names, with_edges};

fn installs(recipe: (&str, &[&str])) {
    let what = format!("{} with Flux", recipe.0);
    if !is_there(&what) {
        return;
    }
    let Some(delivery) = Delivery::start(&what, &[]) else {
        return;
    };
    let recorded = Recorded::prepare(&delivery.stage, recipe);
    let made = recorded.bundle("flux", &delivery.url(), &[]);
    let edges = recorded.edges();
    delivery.publish(&made, ".");
    let journal = Journal::start(&delivery);
    delivery.begin(&made);
    delivery.wait_for(&names(&edges));
    with_edges(&edges, |edges| assert_order(&journal.end(), edges));
    assert_eq!(delivery.stage.releases().len(), edges.len());
    delivery.remove(&made);
    assert!(delivery.stage.releases().is_empty());
}

#[test]
fn the_eks_recipe_is_installed_whole() {
    installs(EKS);
}

#[test]
fn the_openshift_recipe_is_installed_whole() {
    installs(OPENSHIFT);
}
