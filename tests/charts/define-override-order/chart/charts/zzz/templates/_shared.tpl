{{- define "shared" }}zzz{{ end -}}
{{- define "siblings" }}zzz{{ end -}}
