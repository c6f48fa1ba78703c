{{- /* What the restricted Pod Security profile asks of a pod. The numbers are the images' own account. */ -}}
{{- define "kubeyard.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
# Without it each start walks through every file of a volume.
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "kubeyard.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- /* Where a component's pods run. Call with .Values.hub and its like. */ -}}
{{- define "kubeyard.placement" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* A pod's labels. Call with (list . "hub" .Values.hub). */ -}}
{{- define "kubeyard.podLabels" -}}
{{- include "kubeyard.selector" . }}
{{- with (index . 2).labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "kubeyard.extraEnv" -}}
{{- range $name, $value := .extraEnv }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- /* The way out through a proxy; what lies in the cluster and on the edge is reached directly. */ -}}
{{- define "kubeyard.egressProxy" -}}
{{- $name := include "kubeyard.fullname" . -}}
{{- $own := printf "%s-web-ui,%s-hub,%s-proxy-api,.svc,.cluster.local,127.0.0.1,localhost,%s" $name $name $name .Values.edge.host -}}
{{- with .Values.egressProxy }}
{{- if or .http .https }}
{{- with .http }}
HTTP_PROXY: {{ . | quote }}
http_proxy: {{ . | quote }}
{{- end }}
{{- with .https }}
HTTPS_PROXY: {{ . | quote }}
https_proxy: {{ . | quote }}
{{- end }}
NO_PROXY: {{ list $own .noProxy | compact | join "," | quote }}
no_proxy: {{ list $own .noProxy | compact | join "," | quote }}
{{- end }}
{{- end }}
{{- end -}}
