{{- define "shared" }}aaa{{ end -}}
{{- define "siblings" }}aaa{{ end -}}
{{- define "inyaml" }}aaa{{ end -}}
