args+=(--values values.yaml --values cluster-values.yaml)

# What stands is read back from these labels. The values of this cluster may be edited, so their
# checksum is taken now.
values="$(cksum <cluster-values.yaml)"
args+=(--labels "strata.dev/release=${digest},strata.dev/values=${values%% *}")
# The list of checksums stands for the bundle as a whole; a folder alone has none. A label holds 63
# characters.
if [[ -r ../checksums.txt ]]; then
  if command -v sha256sum >/dev/null; then sums=(sha256sum); else sums=(shasum -a 256); fi
  bundle="$("${sums[@]}" <../checksums.txt)"
  args+=(--labels "strata.dev/bundle=${bundle:0:40}")
fi

# Helm 4 applies on the server, where operators own fields of what they rotate; Helm 3 does not
# know the flag.
version="$(helm version --template '{{.Version}}')"
if [[ "${version}" == v[4-9]* ]]; then
  args+=(--force-conflicts)
fi

if [[ "${print}" == true ]]; then
  run helm "${args[@]}" "$@"
else
  exec helm "${args[@]}" "$@"
fi
