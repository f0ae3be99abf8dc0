#!/bin/bash
# All servers of a Zuul, of which none may end before the others: run.sh ZUUL_BIN JAVA SCRIPTS LOG_PORT, in their folder.
set -eu
zuul=$1 java=$2 scripts=$3 log_port=$4
declare -A names
mkdir -p bin certs log logs published b state zk/data zk/log
bash "$scripts/mkcerts.sh" certs 2> log/certs
# The agent would leave its socket in /tmp: it may not see where temporary files belong.
printf '#!/bin/sh\nexec %q -a "%q/agent.$$" "$@"\n' "$(command -v ssh-agent)" "$PWD/tmp" > bin/ssh-agent
chmod +x bin/ssh-agent
export PATH=$PWD/bin:$PATH
ssh-keygen -q -t ed25519 -N '' -f state/nodepool_rsa
# The packages' own jars, by the names that do not change with their versions.
jars=zookeeper:zookeeper-jute:slf4j-api:slf4j-log4j12:log4j-1.2:metrics-core:snappy-java:jackson-core:jackson-databind
jars+=:jackson-annotations:commons-cli:commons-io:netty-buffer:netty-codec:netty-common:netty-handler:netty-resolver
jars+=:netty-transport:netty-transport-native-epoll:netty-transport-native-unix-common
classes=etc$(printf ':/usr/share/java/%s.jar' ${jars//:/ })
"$java" -Xmx256m -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp "$classes" \
    org.apache.zookeeper.server.quorum.QuorumPeerMain etc/zoo.cfg &> log/zookeeper &
names[$!]=zookeeper
python3 -m http.server --protocol HTTP/1.1 --bind 127.0.0.1 --directory "$PWD" "$log_port" &> log/http &
names[$!]=http
for server in scheduler merger web executor; do
    "$zuul/zuul-$server" -c etc/zuul.conf -f &> "log/$server" &
    names[$!]=$server
done
wait -n -p ended || true
echo "${names[$ended]} ended"
tail -n 4 "log/${names[$ended]}"
exit 1
