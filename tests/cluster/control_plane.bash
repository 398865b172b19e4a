# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# etcd and the programs of the control plane: kube-apiserver, kube-controller-manager and
# kube-scheduler. They run in the network of the tests, on addresses of its loopback interface.

CLUSTER_ADDRESS=10.200.0.254
CLUSTER_SERVICE=10.96.0.1 # of the Service "kubernetes", which so needs no kube-proxy
CLUSTER_SERVER=https://$CLUSTER_ADDRESS:443

# cluster_certificate NAME SUBJECT USAGE [ALTERNATIVE_NAMES]: makes pki/NAME.key and pki/NAME.crt,
# signed by the cluster's authority. USAGE is serverAuth or clientAuth.
cluster_certificate() {
	local path=$CLUSTER_DIRECTORY/pki/$1
	openssl ecparam -name prime256v1 -genkey -noout -out "$path.key" &&
		openssl req -new -key "$path.key" -subj "$2" -out "$path.csr" &&
		openssl x509 -req -in "$path.csr" -CA "$CLUSTER_DIRECTORY/pki/ca.crt" \
			-CAkey "$CLUSTER_DIRECTORY/pki/ca.key" -CAcreateserial -days 30 \
			-extfile <(printf 'extendedKeyUsage=%s\n%s' "$3" "${4:+subjectAltName=$4}") \
			-out "$path.crt" 2>/dev/null
}

control_plane_keys() {
	local pki=$CLUSTER_DIRECTORY/pki names
	mkdir -p "$pki" &&
		openssl ecparam -name prime256v1 -genkey -noout -out "$pki/ca.key" &&
		openssl req -x509 -new -key "$pki/ca.key" -subj /CN=test-ca -days 30 -out "$pki/ca.crt" \
			-addext keyUsage=critical,keyCertSign,digitalSignature &&
		openssl ecparam -name prime256v1 -genkey -noout -out "$pki/accounts.key" &&
		openssl ec -in "$pki/accounts.key" -pubout -out "$pki/accounts.pub" 2>/dev/null || return
	names=DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:localhost
	names+=,IP:127.0.0.1,IP:$CLUSTER_ADDRESS,IP:$CLUSTER_SERVICE
	cluster_certificate kube-apiserver /CN=kube-apiserver serverAuth "$names" &&
		cluster_certificate to-kubelet /O=system:masters/CN=kube-apiserver clientAuth
}

# The users of the cluster. Each one's token is its name with "-token".
control_plane_users() {
	cat <<-END
		admin-token,admin,1,"system:masters"
		kube-controller-manager-token,system:kube-controller-manager,2,"system:masters"
		kube-scheduler-token,system:kube-scheduler,3
		node-1-token,system:node:node-1,4,"system:nodes"
		node-2-token,system:node:node-2,5,"system:nodes"
		node-3-token,system:node:node-3,6,"system:nodes"
	END
}

# Prints a kubeconfig file for a user. The user is YAML in flow style.
cluster_kubeconfig() { # USER [NAMESPACE]
	cat <<-END
		apiVersion: v1
		kind: Config
		clusters:
		- name: test
		  cluster: {server: "$CLUSTER_SERVER", certificate-authority: $CLUSTER_DIRECTORY/pki/ca.crt}
		users:
		- name: test
		  user: $1
		contexts:
		- name: test
		  context: {cluster: test, user: test, namespace: ${2-default}}
		current-context: test
	END
}

control_plane_files() {
	local user _
	control_plane_keys || return
	control_plane_users >"$CLUSTER_DIRECTORY/pki/tokens.csv"
	mkdir -p "$CLUSTER_DIRECTORY/kubeconfig"
	while IFS=, read -r user _; do
		cluster_kubeconfig "{token: $user}" >"$CLUSTER_DIRECTORY/kubeconfig/${user%-token}"
	done <"$CLUSTER_DIRECTORY/pki/tokens.csv"
}

control_plane_network() {
	ip link set lo up && ip addr add "$CLUSTER_ADDRESS/32" dev lo &&
		ip addr add "$CLUSTER_SERVICE/32" dev lo &&
		# The API server refuses to start without a default route.
		ip route add default dev lo src "$CLUSTER_ADDRESS" &&
		echo 1 >/proc/sys/net/ipv4/ip_forward
}

control_plane_start_etcd() {
	# Nothing of it has to survive a loss of power.
	service_start etcd "$CLUSTER_ETCD" --name test --data-dir "$CLUSTER_DIRECTORY/etcd" \
		--unsafe-no-fsync --listen-client-urls http://127.0.0.1:2379 \
		--advertise-client-urls http://127.0.0.1:2379 \
		--listen-peer-urls http://127.0.0.1:2380 \
		--initial-advertise-peer-urls http://127.0.0.1:2380 \
		--initial-cluster test=http://127.0.0.1:2380
}

# Tests call it too, after they have stopped the API server.
control_plane_start_api() {
	local pki=$CLUSTER_DIRECTORY/pki
	service_start kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 \
		--bind-address=0.0.0.0 --secure-port=443 --advertise-address="$CLUSTER_ADDRESS" \
		--cert-dir="$pki" --tls-cert-file="$pki/kube-apiserver.crt" \
		--tls-private-key-file="$pki/kube-apiserver.key" --client-ca-file="$pki/ca.crt" \
		--token-auth-file="$pki/tokens.csv" --authorization-mode=Node,RBAC \
		--enable-admission-plugins=NodeRestriction --allow-privileged=true \
		--goaway-chance=0.02 \
		--service-cluster-ip-range="${CLUSTER_SERVICE%.*}.0/24" \
		--service-account-issuer=https://kubernetes.default.svc \
		--service-account-key-file="$pki/accounts.pub" \
		--service-account-signing-key-file="$pki/accounts.key" \
		--kubelet-certificate-authority="$pki/ca.crt" \
		--kubelet-client-certificate="$pki/to-kubelet.crt" \
		--kubelet-client-key="$pki/to-kubelet.key" \
		--kubelet-preferred-address-types=InternalIP &&
		service_wait kube-apiserver 120 kubectl get --raw /readyz
}

control_plane_start_controllers() {
	local name common=(--leader-elect=false --bind-address=127.0.0.1
		--cert-dir="$CLUSTER_DIRECTORY/pki")
	name=kube-controller-manager
	service_start $name $name --kubeconfig="$CLUSTER_DIRECTORY/kubeconfig/$name" "${common[@]}" \
		--service-account-private-key-file="$CLUSTER_DIRECTORY/pki/accounts.key" \
		--root-ca-file="$CLUSTER_DIRECTORY/pki/ca.crt"
	name=kube-scheduler
	service_start $name $name --kubeconfig="$CLUSTER_DIRECTORY/kubeconfig/$name" "${common[@]}"
}

control_plane_start() {
	control_plane_network && control_plane_files && control_plane_start_etcd &&
		control_plane_start_api && control_plane_start_controllers
}

control_plane_stop() {
	local name
	for name in kube-scheduler kube-controller-manager kube-apiserver etcd; do
		service_stop "$name"
	done
}
