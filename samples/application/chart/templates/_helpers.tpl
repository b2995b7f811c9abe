{{/*
The labels that select the pods of a release. They never change in its life.
*/}}
{{- define "application.selectorLabels" -}}
app.kubernetes.io/name: application
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
All labels of an object.
*/}}
{{- define "application.labels" -}}
{{ include "application.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}
