{{- /* How a public Service is reached from outside. Call with .Values.proxy.service and its like. */ -}}
{{- define "kubeyard.serviceType" -}}
type: {{ .type }}
{{- with .loadBalancerIP }}
loadBalancerIP: {{ . }}
{{- end }}
{{- with .loadBalancerSourceRanges }}
loadBalancerSourceRanges:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
