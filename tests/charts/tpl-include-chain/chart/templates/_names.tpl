{{- define "chain.name" -}}
{{ .Release.Name }}-{{ .Chart.Name }}
{{- end -}}
{{- define "chain.part" -}}original{{- end -}}
{{- define "chain.whole" -}}<{{ include "chain.part" . }}>{{- end -}}
