
# The chart is somebody else's and does not know which values must be given, so a chart that has
# nothing but a schema says it.
if [[ "${print}" == true ]]; then
  run helm template late-values ./late-values --values cluster-values.yaml
else
  helm template late-values ./late-values --values cluster-values.yaml >/dev/null
fi
