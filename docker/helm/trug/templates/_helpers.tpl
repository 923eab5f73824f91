{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}
{{- define "trug.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "trug.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "trug.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "trug.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "trug.selector" -}}
app.kubernetes.io/name: {{ include "trug.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "trug.labels" -}}
{{ include "trug.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "trug.secret" -}}
{{- default (include "trug.fullname" .) .Values.existingSecret -}}
{{- end -}}

{{- define "trug.scheme" -}}
{{- ternary "HTTPS" "HTTP" .Values.tls.enabled -}}
{{- end -}}

{{- define "trug.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "trug.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- /* What MinIO's chart can say and nothing here would do. */ -}}
{{- define "trug.check" -}}
{{- if ne .Values.mode "standalone" -}}
{{- fail (printf "mode: %q is not here; allowed: standalone" .Values.mode) -}}
{{- end -}}
{{- if ne (int .Values.replicas) 1 -}}
{{- fail "replicas: one process has the store; allowed: 1" -}}
{{- end -}}
{{- range $name := list "pools" "drivesPerNode" "consoleService" "consoleIngress" "oidc" "etcd" "gcs" "nas" "customCommands" "postJob" -}}
{{- if hasKey $.Values $name -}}
{{- fail (printf "%s: of MinIO's chart, and without effect here; leave it out" $name) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.tls.enabled (not .Values.tls.certSecret) -}}
{{- fail "tls.certSecret: the name of the secret with the certificate is missing" -}}
{{- end -}}
{{- end -}}

{{- /* statements of MinIO's values as a policy document, in JSON */ -}}
{{- define "trug.policy" -}}
{{- $out := list -}}
{{- range .statements -}}
{{- $one := dict "Effect" (default "Allow" .effect) "Action" .actions "Resource" (default (list "*") .resources) -}}
{{- if .conditions -}}
{{- $all := dict -}}
{{- range .conditions -}}
{{- range $operator, $test := . -}}
{{- $_ := set $all $operator (merge (fromJson (printf "{%s}" $test)) (default dict (get $all $operator))) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $one "Condition" $all -}}
{{- end -}}
{{- $out = append $out $one -}}
{{- end -}}
{{- dict "Version" "2012-10-17" "Statement" $out | toJson -}}
{{- end -}}

{{- /* The policies that every MinIO has. */ -}}
{{- define "trug.canned" -}}
readonly:
  - {actions: ["s3:GetBucketLocation", "s3:GetObject"]}
readwrite:
  - {actions: ["s3:*"]}
writeonly:
  - {actions: ["s3:PutObject"]}
diagnostics:
  - {actions: ["admin:ServerInfo", "admin:StorageInfo", "admin:DataUsageInfo", "admin:Prometheus"]}
consoleAdmin:
  - {actions: ["admin:*", "kms:*", "s3:*"]}
{{- end -}}

{{- /* A bucket's policy, by its word */ -}}
{{- define "trug.bucketPolicy" -}}
{{- $in := printf "arn:aws:s3:::%s" .name -}}
{{- $reads := list "s3:GetBucketLocation" "s3:ListBucket" -}}
{{- $writes := list "s3:GetBucketLocation" "s3:ListBucketMultipartUploads" -}}
{{- $puts := list "s3:AbortMultipartUpload" "s3:DeleteObject" "s3:ListMultipartUploadParts" "s3:PutObject" -}}
{{- $bucket := $reads -}}{{- $object := list "s3:GetObject" -}}
{{- if eq .policy "upload" -}}{{- $bucket = $writes -}}{{- $object = $puts -}}
{{- else if eq .policy "public" -}}{{- $bucket = concat $reads $writes | uniq -}}{{- $object = append $puts "s3:GetObject" -}}
{{- else if ne .policy "download" -}}
{{- fail (printf "buckets: %s has the policy %q; allowed: none, download, upload, public" .name .policy) -}}
{{- end -}}
{{- dict "Version" "2012-10-17" "Statement" (list
      (dict "Effect" "Allow" "Principal" "*" "Action" $bucket "Resource" $in)
      (dict "Effect" "Allow" "Principal" "*" "Action" $object "Resource" (printf "%s/*" $in))) | toJson -}}
{{- end -}}

{{- define "trug.bucket" -}}
{{- $b := dict "name" .name -}}
{{- if .purge -}}{{- fail (printf "buckets: %s: purge is not here; empty it with trug reset" .name) -}}{{- end -}}
{{- if .objectlocking -}}{{- $_ := set $b "object_lock" true -}}{{- end -}}
{{- if .versioning -}}{{- $_ := set $b "versioning" "Enabled" -}}{{- end -}}
{{- if .tags -}}{{- $_ := set $b "tags" .tags -}}{{- end -}}
{{- if .policyDocument -}}{{- $_ := set $b "policy" .policyDocument -}}
{{- else if and .policy (ne .policy "none") -}}
{{- $_ := set $b "policy" (include "trug.bucketPolicy" . | fromJson) -}}
{{- end -}}
{{- toJson $b -}}
{{- end -}}

{{- define "trug.user" -}}
{{- if or .existingSecret (not .secretKey) -}}
{{- fail (printf "users: %s has no secretKey; another secret cannot be looked into" .accessKey) -}}
{{- end -}}
{{- $policies := list -}}
{{- range splitList "," (default "" .policy) -}}
{{- if trim . -}}{{- $policies = append $policies (trim .) -}}{{- end -}}
{{- end -}}
{{- dict "name" .accessKey "policies" $policies
      "keys" (list (dict "access_key" .accessKey "secret_key" .secretKey)) | toJson -}}
{{- end -}}

{{- /* A key that may less than its user: a user of its own, whose policy is bounded by the user's. */ -}}
{{- define "trug.narrowed" -}}
{{- $one := .account -}}
{{- $bounds := list -}}
{{- range .users -}}
{{- if eq .name $one.user -}}{{- $bounds = .policies -}}{{- end -}}
{{- end -}}
{{- if ne (len $bounds) 1 -}}
{{- fail (printf "svcaccts: %s has a policy, so its user %q must be of users and have exactly one" $one.accessKey $one.user) -}}
{{- end -}}
{{- dict "name" $one.accessKey "permissions_boundary" (first $bounds)
      "inline_policies" (dict "own" (include "trug.policy" $one.policy | fromJson))
      "keys" (list (dict "access_key" $one.accessKey "secret_key" $one.secretKey)) | toJson -}}
{{- end -}}

{{- /* All of it, as --declare takes it */ -}}
{{- define "trug.declared" -}}
{{- $policies := list -}}{{- $users := list -}}{{- $buckets := list -}}
{{- $named := dict -}}
{{- range .Values.policies -}}
{{- $_ := set $named .name true -}}
{{- $policies = append $policies (dict "name" .name "document" (include "trug.policy" . | fromJson)) -}}
{{- end -}}
{{- range $name, $statements := include "trug.canned" . | fromYaml -}}
{{- if not (hasKey $named $name) -}}
{{- $policies = append $policies (dict "name" $name "document" (include "trug.policy" (dict "statements" $statements) | fromJson)) -}}
{{- end -}}
{{- end -}}
{{- range .Values.users -}}{{- $users = append $users (include "trug.user" . | fromJson) -}}{{- end -}}
{{- $plain := $users -}}
{{- range $account := .Values.svcaccts -}}
{{- if $account.policy -}}
{{- $users = append $users (include "trug.narrowed" (dict "account" $account "users" $plain) | fromJson) -}}
{{- else -}}
{{- $found := false -}}
{{- range $users -}}
{{- if eq .name $account.user -}}
{{- $found = true -}}
{{- $_ := set . "keys" (append .keys (dict "access_key" $account.accessKey "secret_key" $account.secretKey)) -}}
{{- end -}}
{{- end -}}
{{- if not $found -}}{{- fail (printf "svcaccts: %s is of %q, who is not in users" $account.accessKey $account.user) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- range .Values.buckets -}}{{- $buckets = append $buckets (include "trug.bucket" . | fromJson) -}}{{- end -}}
{{- $own := dict "id" "000000000000" "policies" $policies "users" $users -}}
{{- $out := dict "buckets" (default list (concat $buckets (default list .Values.declare.buckets))) -}}
{{- if .Values.users -}}
{{- $_ := set $out "accounts" (append (default list .Values.declare.accounts) $own) -}}
{{- else if .Values.declare.accounts -}}
{{- $_ := set $out "accounts" .Values.declare.accounts -}}
{{- end -}}
{{- toPrettyJson $out -}}
{{- end -}}
