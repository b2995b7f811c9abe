{{/*
The labels that select the pods of a release. They never change in its life.
*/}}
{{- define "dojo.selectorLabels" -}}
app.kubernetes.io/name: dojo
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
All labels of an object.
*/}}
{{- define "dojo.labels" -}}
{{ include "dojo.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
The name of the Secret with the database's credentials.
*/}}
{{- define "dojo.databaseSecret" -}}
{{- .Values.database.existingSecret | default (printf "%s-database" .Release.Name) }}
{{- end }}
