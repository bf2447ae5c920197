//! What each program of the control plane is told: ports, files, command lines, nodes.
//!
//! Only data is made here; starting and waiting is the parent module's part.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// GPUs of each pretended node, as their capacity states it.
const GPUS_PER_NODE: &str = "8";

#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    pub(super) etcd_client: u16,
    pub(super) etcd_peer: u16,
    pub(super) api: u16,
}

impl Ports {
    /// Asks the system for free ports, all held at once so that they differ, and lets them go for
    /// the programs to bind.
    pub(super) fn choose() -> io::Result<Self> {
        let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let (first, second, third) = (free()?, free()?, free()?);
        let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
        Ok(Self {
            etcd_client: port(&first)?,
            etcd_peer: port(&second)?,
            api: port(&third)?,
        })
    }
}

/// The files and addresses that the programs share.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) folder: PathBuf,
    pub(super) home: PathBuf,
    pub(super) kubeconfig: PathBuf,
    pub(super) key: PathBuf,
    pub(super) ports: Ports,
}

impl Layout {
    pub(super) fn new(folder: &Path, ports: Ports) -> Self {
        Self {
            folder: folder.to_owned(),
            home: folder.join("home"),
            kubeconfig: folder.join("kubeconfig"),
            key: folder.join("service-accounts.key"),
            ports,
        }
    }

    /// Writes the administrator's token where the API server and its clients look for it.
    pub(super) fn write(&self, token: &str) -> io::Result<()> {
        fs::create_dir(&self.home)?;
        write_secret(
            &self.tokens(),
            &format!("{token},admin,admin,system:masters\n"),
        )?;
        write_secret(
            &self.kubeconfig,
            &format!("{:#}\n", self.kubeconfig_content(token)),
        )
    }

    pub(super) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.ports.api)
    }

    pub(super) fn etcd(&self) -> Vec<String> {
        let client = format!("http://127.0.0.1:{}", self.ports.etcd_client);
        let peer = format!("http://127.0.0.1:{}", self.ports.etcd_peer);
        vec![
            "--name=default".to_owned(),
            self.flag("data-dir", "etcd"),
            format!("--listen-client-urls={client}"),
            format!("--advertise-client-urls={client}"),
            format!("--listen-peer-urls={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
            format!("--initial-cluster=default={peer}"),
            "--log-level=warn".to_owned(),
            // Nothing here needs to survive a power cut.
            "--unsafe-no-fsync".to_owned(),
        ]
    }

    /// Without controllers nobody makes service accounts, so pods are let in without one.
    pub(super) fn api_server(&self, has_controllers: bool) -> Vec<String> {
        let mut arguments = vec![
            format!("--etcd-servers=http://127.0.0.1:{}", self.ports.etcd_client),
            format!("--secure-port={}", self.ports.api),
            "--bind-address=127.0.0.1".to_owned(),
            "--advertise-address=127.0.0.1".to_owned(),
            self.flag("cert-dir", "certificates"),
            format!("--service-account-key-file={}", self.key.display()),
            format!("--service-account-signing-key-file={}", self.key.display()),
            format!("--service-account-issuer={}", self.url()),
            format!("--token-auth-file={}", self.tokens().display()),
            "--authorization-mode=RBAC".to_owned(),
            "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
            "--allow-privileged=true".to_owned(),
        ];
        // No container runs, so no webhook that a chart registers could ever answer.
        let mut disabled = vec!["MutatingAdmissionWebhook", "ValidatingAdmissionWebhook"];
        disabled.extend((!has_controllers).then_some("ServiceAccount"));
        arguments.push(format!(
            "--disable-admission-plugins={}",
            disabled.join(",")
        ));
        arguments
    }

    pub(super) fn controller_manager(&self) -> Vec<String> {
        vec![
            self.kubeconfig_flag(),
            format!("--service-account-private-key-file={}", self.key.display()),
            "--use-service-account-credentials".to_owned(),
            "--controllers=*".to_owned(),
            // The default of 20 requests a second makes every controller wait its turn to start.
            "--kube-api-qps=1000".to_owned(),
            "--kube-api-burst=1000".to_owned(),
            "--leader-elect=false".to_owned(),
            // Zero: serve nothing, so that two control planes do not want the same port.
            "--secure-port=0".to_owned(),
        ]
    }

    pub(super) fn scheduler(&self) -> Vec<String> {
        vec![
            self.kubeconfig_flag(),
            "--leader-elect=false".to_owned(),
            "--secure-port=0".to_owned(),
        ]
    }

    pub(super) fn kwok(&self, stages: &Path) -> Vec<String> {
        vec![
            self.kubeconfig_flag(),
            format!("--config={}", stages.display()),
            "--manage-all-nodes=true".to_owned(),
            "--node-lease-duration-seconds=40".to_owned(),
            // Zero: pretend no kubelet, whose port would otherwise be the same for everyone.
            "--node-port=0".to_owned(),
        ]
    }

    fn tokens(&self) -> PathBuf {
        self.folder.join("tokens.csv")
    }

    fn kubeconfig_flag(&self) -> String {
        format!("--kubeconfig={}", self.kubeconfig.display())
    }

    fn flag(&self, name: &str, file: &str) -> String {
        format!("--{name}={}", self.folder.join(file).display())
    }

    fn kubeconfig_content(&self, token: &str) -> Value {
        // The API server writes this certificate, signed by itself, when it starts.
        let certificate = self.folder.join("certificates/apiserver.crt");
        json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{
                "name": "test",
                "cluster": { "server": self.url(), "certificate-authority": certificate },
            }],
            "users": [{ "name": "admin", "user": { "token": token } }],
            "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "admin" } }],
            "current-context": "test",
        })
    }
}

/// Returns pretended nodes: plain objects whose capacity is what we say; kwok keeps them ready.
pub(super) fn nodes(count: usize) -> Value {
    let node = |index: usize| {
        let name = format!("node-{index}");
        let capacity = json!({
            "cpu": "64",
            "memory": "512Gi",
            "pods": "110",
            "nvidia.com/gpu": GPUS_PER_NODE,
        });
        json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": name,
                "labels": {
                    "kubernetes.io/arch": "amd64",
                    "kubernetes.io/hostname": name,
                    "kubernetes.io/os": "linux",
                    "nvidia.com/gpu.present": "true",
                },
            },
            "status": { "capacity": capacity, "allocatable": capacity },
        })
    };
    json!({
        "apiVersion": "v1",
        "kind": "List",
        "items": (0..count).map(node).collect::<Vec<_>>(),
    })
}

fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout::new(
            Path::new("/t"),
            Ports {
                etcd_client: 1,
                etcd_peer: 2,
                api: 3,
            },
        )
    }

    #[test]
    fn chosen_ports_differ() {
        let Ports {
            etcd_client,
            etcd_peer,
            api,
        } = Ports::choose().unwrap();
        assert!(etcd_client != etcd_peer && etcd_peer != api && api != etcd_client);
    }

    #[test]
    fn every_program_stays_on_loopback_and_in_the_folder() {
        let layout = layout();
        for argument in layout.etcd().iter().chain(&layout.api_server(true)) {
            if argument.contains("http") {
                assert!(argument.contains("://127.0.0.1:"), "{argument}");
            }
            if argument.contains("dir=") || argument.contains("file=") {
                assert!(argument.contains("=/t/"), "{argument}");
            }
        }
        assert!(
            layout
                .api_server(true)
                .contains(&"--bind-address=127.0.0.1".to_owned())
        );
        assert!(
            layout
                .controller_manager()
                .contains(&"--secure-port=0".to_owned())
        );
        assert!(layout.scheduler().contains(&"--secure-port=0".to_owned()));
        assert!(
            layout
                .kwok(Path::new("/s"))
                .contains(&"--node-port=0".to_owned())
        );
    }

    #[test]
    fn pods_need_no_service_account_where_nobody_makes_them() {
        let is_off = |arguments: Vec<String>| {
            arguments.iter().any(|argument| {
                argument.starts_with("--disable-admission-plugins=")
                    && argument.ends_with(",ServiceAccount")
            })
        };
        assert!(is_off(layout().api_server(false)));
        assert!(!is_off(layout().api_server(true)));
    }

    #[test]
    fn nodes_are_numbered_and_have_eight_gpus() {
        let nodes = nodes(2);
        let items = nodes["items"].as_array().unwrap();
        let names: Vec<_> = items.iter().map(|node| &node["metadata"]["name"]).collect();
        assert_eq!(names, ["node-0", "node-1"]);
        assert_eq!(items[1]["status"]["allocatable"]["nvidia.com/gpu"], "8");
    }

    #[test]
    fn the_token_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(
            folder.path(),
            Ports {
                etcd_client: 1,
                etcd_peer: 2,
                api: 3,
            },
        );
        layout.write("secret").unwrap();
        for path in [layout.tokens(), layout.kubeconfig] {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
