{{/*
The labels that select the pods of a release. They never change in its life.
*/}}
{{- define "exchange-rate.selectorLabels" -}}
app.kubernetes.io/name: exchange-rate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
All labels of an object.
*/}}
{{- define "exchange-rate.labels" -}}
{{ include "exchange-rate.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
What is asked for: the rates of one currency, in all others or in some.
*/}}
{{- define "exchange-rate.url" -}}
{{- printf "%s?base=%s" .Values.url .Values.base }}
{{- with .Values.symbols }}{{ printf "&symbols=%s" (join "," .) }}{{ end }}
{{- end }}
