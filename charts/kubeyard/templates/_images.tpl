{{- /* An image's full name: a digest before a tag, a tag before the chart's own version.
     Call with (list . .Values.hub.image). */ -}}
{{- define "kubeyard.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $name := $image.name -}}
{{- if $root.Values.imageRegistry -}}
{{- $name = printf "%s/%s" (trimSuffix "/" $root.Values.imageRegistry) $name -}}
{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name ($image.tag | default $root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- define "kubeyard.pullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
