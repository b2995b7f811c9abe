{{- define "deep" }}zz{{ end -}}
{{- define "blocked" }}replaced {{ . }}{{ end -}}
