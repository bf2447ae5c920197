{{- /* Name of an application: the prefix that was given, and the name of its release. */}}
{{- define "bundle.name" }}
{{- $root := index . 0 }}
{{- $name := printf "%s%s" (($root.Values.deployer | default dict).namePrefix | default "") (index . 1) }}
{{- if gt (len $name) 53 }}
{{- fail (printf "deployer.namePrefix makes the name %q of %d characters, and at most 53 fit" $name (len $name)) }}
{{- end }}
{{- if eq $name (include "bundle.parent" $root) }}
{{- fail (printf "%q would be the name of the parent application and of another; give another appName or deployer.namePrefix" $name) }}
{{- end }}
{{- $name }}
{{- end }}

{{- define "bundle.parent" }}
{{- .Values.appName | default "aicr-stack" }}
{{- end }}

{{- define "bundle.project" }}
{{- (.Values.deployer | default dict).project | default "default" }}
{{- end }}

{{- define "bundle.server" }}
{{- (.Values.deployer | default dict).destinationServer | default "https://kubernetes.default.svc" }}
{{- end }}

{{- /* Where a folder of this chart is read from; "." is the chart itself. */}}
{{- define "bundle.source" }}
{{- $root := index . 0 }}
{{- $folder := index . 1 }}
{{- $url := required "repoURL is required: --set repoURL=oci://HOST/PATH without the name of the chart; or a Git repository, with --set path=DIRECTORY" $root.Values.repoURL | trimSuffix "/" }}
{{- $chart := $root.Chart.Name }}
{{- if $root.Values.path }}
{{- $directory := $root.Values.path | trimSuffix "/" }}
repoURL: {{ $url | quote }}
targetRevision: {{ $root.Values.targetRevision | default "main" | quote }}
{{- if eq $folder "." }}
path: {{ $directory | quote }}
{{- else if eq $directory "." }}
path: {{ $folder | quote }}
{{- else }}
path: {{ printf "%s/%s" $directory $folder | quote }}
{{- end }}
{{- else if hasPrefix "oci://" $url }}
repoURL: {{ printf "%s/%s" $url $chart | quote }}
targetRevision: {{ $root.Values.targetRevision | default $root.Chart.Version | quote }}
path: {{ $folder | quote }}
{{- else if eq $folder "." }}
repoURL: {{ $url | quote }}
chart: {{ $chart | quote }}
targetRevision: {{ $root.Values.targetRevision | default $root.Chart.Version | quote }}
{{- else }}
{{- fail (printf "%s is a chart of this bundle's own, which a chart repository cannot serve: publish the bundle in a registry (oci://) or in Git (with path)" $folder) }}
{{- end }}
{{- end }}
