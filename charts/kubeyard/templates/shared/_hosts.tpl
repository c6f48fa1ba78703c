{{- /* The two addresses that browsers know, when an Ingress or a Gateway leads to them. Both are host names of their
     own: people's Labs share the Hub's origin, and must not share the web UI's. */ -}}
{{- define "kubeyard.publicHost" -}}
{{- $root := index . 0 -}}
{{- $key := index . 1 -}}
{{- $url := (get $root.Values $key).url -}}
{{- $host := (urlParse $url).hostname -}}
{{- if or (eq $host "localhost") (hasPrefix "127." $host) -}}
{{- fail (printf "%s.url is %s, which no other machine can reach: set it to the address that browsers use, for example https://kubeyard.example.org" $key $url) -}}
{{- end -}}
{{- $host -}}
{{- end -}}

{{- define "kubeyard.publicHosts" -}}
{{- $web := include "kubeyard.publicHost" (list . "webUI") -}}
{{- $hub := include "kubeyard.publicHost" (list . "hub") -}}
{{- if eq $web $hub -}}
{{- fail (printf "webUI.url and hub.url both name the host %s: give each its own, since what runs in a Lab could act as its user in the web UI otherwise" $web) -}}
{{- end -}}
{{- end -}}
