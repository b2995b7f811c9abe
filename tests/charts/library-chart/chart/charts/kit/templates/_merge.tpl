{{- /* Merges two named templates' YAML; the first wins. */ -}}
{{- define "kit.merge" -}}
{{- $root := first . -}}
{{- $base := fromYaml (include (index . 2) $root) | default dict -}}
{{- $over := fromYaml (include (index . 1) $root) | default dict -}}
{{- toYaml (merge $over $root.Values.extra $base) -}}
{{- end -}}
