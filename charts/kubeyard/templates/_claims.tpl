{{- /* A volume that outlives the release: helm uninstall leaves it, and a reinstall finds it.
     Call with (list . "hub" .Values.hub.storage). */ -}}
{{- define "kubeyard.claim" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $storage := index . 2 -}}
{{- if and (eq $root.Values.database.type "sqlite") (not $storage.existingClaim) -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "kubeyard.fullname" $root }}-{{ $component }}
  labels:
    {{- include "kubeyard.labels" (list $root $component) | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  accessModes: [ReadWriteOnce]
  {{- with $storage.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ $storage.capacity }}
{{- end -}}
{{- end -}}

{{- /* A budget for voluntary disruptions. Off by default: with one replica it can keep a node from being drained.
     Call with (list . "hub" .Values.hub.pdb). */ -}}
{{- define "kubeyard.pdb" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $pdb := index . 2 -}}
{{- if $pdb.enabled -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "kubeyard.fullname" $root }}-{{ $component }}
  labels:
    {{- include "kubeyard.labels" (list $root $component) | nindent 4 }}
spec:
  maxUnavailable: {{ $pdb.maxUnavailable }}
  selector:
    matchLabels:
      {{- include "kubeyard.selector" (list $root $component) | nindent 6 }}
{{- end -}}
{{- end -}}

{{- /* An account without rights at the cluster's interface. Call with (list . "proxy" .Values.proxy). */ -}}
{{- define "kubeyard.plainAccount" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "kubeyard.serviceAccount" . }}
  labels:
    {{- include "kubeyard.labels" (list $root (index . 1)) | nindent 4 }}
  {{- with (index . 2).serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end -}}
