{{- /* Rules that several network policies share. */ -}}

{{- /* Names: the cluster's own DNS, and resolvers at private addresses such as a cache on each node. */ -}}
{{- define "kubeyard.egressDNS" -}}
- ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
  to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
    {{- range list "10.0.0.0/8" "172.16.0.0/12" "192.168.0.0/16" "100.64.0.0/10" "169.254.20.10/32" }}
    - ipBlock: {cidr: {{ . }}}
    {{- end }}
{{- end -}}

{{- /* To or from a component's pods. Call with (list . "hub"). */ -}}
{{- define "kubeyard.peer" -}}
- podSelector:
    matchLabels:
      {{- include "kubeyard.selector" . | nindent 6 }}
{{- end -}}

{{- /* The users' Labs, which the Hub makes and labels. */ -}}
{{- define "kubeyard.labSelector" -}}
app.kubernetes.io/name: kubeyard
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: lab
{{- end -}}

{{- define "kubeyard.labPeer" -}}
- podSelector:
    matchLabels:
      {{- include "kubeyard.labSelector" . | nindent 6 }}
{{- end -}}

{{- /* Prometheus, where it is told of a component. Call with (list . "http"). */ -}}
{{- define "kubeyard.ingressMetrics" -}}
{{- $monitor := (index . 0).Values.monitoring.serviceMonitor -}}
{{- if and $monitor.enabled $monitor.from }}
- ports:
    - {protocol: TCP, port: {{ index . 1 }}}
  from:
    {{- toYaml $monitor.from | nindent 4 }}
{{- end }}
{{- end -}}

{{- define "kubeyard.egressDatabase" -}}
{{- if eq .Values.database.type "postgresql" }}
- ports:
    - {protocol: TCP, port: {{ .Values.database.port }}}
  to:
    - ipBlock: {cidr: {{ .Values.database.cidr }}}
{{- end }}
{{- end -}}

{{- define "kubeyard.egressKubernetesAPI" -}}
- ports:
    {{- range .Values.kubernetesAPI.ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  to:
    - ipBlock: {cidr: {{ .Values.kubernetesAPI.cidr }}}
{{- end -}}

{{- /* Where the way out goes through a proxy, nobody knows its address beforehand, but its port. */ -}}
{{- define "kubeyard.egressProxyRule" -}}
{{- $ports := list -}}
{{- range list .Values.egressProxy.http .Values.egressProxy.https -}}
{{- if . -}}
{{- $ports = append $ports (regexFind ":[0-9]+$" (urlParse .).host | trimPrefix ":" | default "80" | int) -}}
{{- end -}}
{{- end -}}
{{- with uniq $ports }}
- ports:
    {{- range . }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
{{- end }}
{{- end -}}
