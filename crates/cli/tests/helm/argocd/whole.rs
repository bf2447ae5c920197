//! Whole recorded recipes, installed until every Application is synced and healthy, and removed.

use super::{Delivery, Journal, assert_order, begin, remove};
use crate::deploy::assert_success;
use crate::recorded::{EKS, GKE, Recorded, is_there, names, with_edges};

fn installs(recipe: (&str, &[&str]), deployer: &str) {
    let what = format!("{} with {deployer}", recipe.0);
    if !is_there(&what) {
        return;
    }
    let Some(delivery) = Delivery::start(&what, &[]) else {
        return;
    };
    let recorded = Recorded::prepare(&delivery.stage, recipe);
    let cascade = ["--set", "deployer:cascadeDelete=true"];
    let made = recorded.bundle(deployer, &delivery.url(), &cascade);
    let edges = recorded.edges();
    delivery.publish(&made, ".");
    let journal = Journal::start(&delivery);
    assert_success(&begin(&delivery, &made, ""));
    let all = [&names(&edges)[..], &["aicr-stack"]].concat();
    delivery.wait_for(&all);
    with_edges(&edges, |edges| assert_order(&journal.end(), edges));
    remove(&delivery, &made);
}

#[test]
fn the_eks_recipe_is_installed_whole_with_argocd() {
    installs(EKS, "argocd");
}

#[test]
fn the_gke_recipe_is_installed_whole_with_argocd_helm() {
    installs(GKE, "argocd-helm");
}
