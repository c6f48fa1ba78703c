{{- /* A pod that `helm test` runs: asks each address until it answers as it should, and says what did not.
     Call with (list . "web-ui" (list "<url> <part of the answer>"...)). */ -}}
{{- define "kubeyard.check" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "kubeyard.fullname" $root }}-test-{{ index . 1 }}
  labels:
    {{- include "kubeyard.labels" (list $root "test") | nindent 4 }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  restartPolicy: Never
  activeDeadlineSeconds: 120
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    {{- include "kubeyard.podSecurity" $root | nindent 4 }}
  {{- with include "kubeyard.pullSecrets" $root }}{{ . | trim | nindent 2 }}{{- end }}
  {{- with include "kubeyard.placement" $root.Values.webUI }}{{ . | trim | nindent 2 }}{{- end }}
  containers:
    - name: check
      image: {{ include "kubeyard.image" (list $root $root.Values.webUI.image) }}
      imagePullPolicy: {{ $root.Values.webUI.image.pullPolicy }}
      command:
        - python
        - -c
        - |
          {{- regexReplaceAll "(?m) +$" ($root.Files.Get "files/check.py" | nindent 10) "" }}
      args:
        {{- range index . 2 }}
        - {{ . | quote }}
        {{- end }}
      env:
        - {name: PYTHONDONTWRITEBYTECODE, value: "1"}
        {{- if include "kubeyard.caSecret" $root }}
        - {name: SSL_CERT_FILE, value: /etc/kubeyard/edge-ca/ca.crt}
        {{- end }}
      resources:
        requests: {cpu: 10m, memory: 32Mi}
        limits: {memory: 128Mi}
      securityContext:
        {{- include "kubeyard.containerSecurity" $root | nindent 8 }}
      {{- if include "kubeyard.caSecret" $root }}
      volumeMounts:
        - {name: edge-ca, mountPath: /etc/kubeyard/edge-ca, readOnly: true}
      {{- end }}
  {{- with include "kubeyard.caSecret" $root }}
  volumes:
    - name: edge-ca
      secret:
        secretName: {{ . }}
        items:
          - {key: ca.crt, path: ca.crt}
  {{- end }}
{{- end -}}
