{{- define "shared" }}parent{{ end -}}
{{- define "deep" }}top{{ end -}}
