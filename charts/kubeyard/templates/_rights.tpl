{{- /* An account and its rights in this namespace, and nowhere else.
     Call with (list . "hub" .Values.hub <rules as YAML>). */ -}}
{{- define "kubeyard.accountWithRights" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $name := printf "%s-%s" (include "kubeyard.fullname" $root) $component -}}
{{ include "kubeyard.plainAccount" . }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $name }}
  labels:
    {{- include "kubeyard.labels" (list $root $component) | nindent 4 }}
rules:
  {{- index . 3 | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $name }}
  labels:
    {{- include "kubeyard.labels" (list $root $component) | nindent 4 }}
subjects:
  - kind: ServiceAccount
    name: {{ include "kubeyard.serviceAccount" . }}
    namespace: {{ $root.Release.Namespace }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $name }}
{{- end -}}
