#!/usr/bin/env bash
# Builds what Maven Central asks for, checks it and leaves it in target/central, in the layout of a
# repository: jars, sources, Javadoc, poms, SBOMs and checksums of toco-bridge and toco. Signatures
# are the releaser's; docs/RELEASE.md has the commands.
#
#   ci/release.sh [OPTION OF MAVEN …]      such as -Pnatives, or -Dexec.skip=true without the shim
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
central=$home/target/central
rm -rf "$central"

# Into the local repository first, where the SBOM of toco looks for toco-bridge.
mvn -B -ntp -q -DskipTests "$@" install

# The text of an element that is in a pom once, such as cyclonedx.version.
value() { sed -n "s|.*<$1>\(.*\)</$1>.*|\1|p" pom.xml | head -n 1; }
cyclonedx=org.cyclonedx:cyclonedx-maven-plugin:$(value cyclonedx.version)
version=$(sed -n '/<artifactId>toco</{n;s|.*<version>\(.*\)</version>.*|\1|p;q}' pom.xml)
group=$(value groupId)
for artifact in toco-bridge toco; do
  sources=$home/target/${artifact#toco-}
  # Without what differs from one build to the next: a serial number and the time.
  mvn -B -ntp -q -f "$sources/pom.xml" "$cyclonedx:makeBom" -DoutputFormat=json \
    -DincludeBomSerialNumber=false \
    "-Dproject.build.outputTimestamp=$(value project.build.outputTimestamp)"
  mvn -B -ntp -q "$@" "deploy:deploy-file@$artifact" "-Durl=file://$central"
  folder=$central/${group//.//}/$artifact
  rm -f "$folder"/maven-metadata.xml*
  bom=$folder/$version/$artifact-$version-cyclonedx.json
  cp "$sources/target/bom.json" "$bom"
  added=("$bom")
  if [ $artifact = toco-bridge ]; then # and the shims that its pom names
    for classifier in $(sed -n 's|.*<classifier>\(.*\)</classifier>.*|\1|p' "$sources/pom.xml"); do
      cp "target/$artifact-$version-$classifier.jar" "$folder/$version"
      added+=("$folder/$version/$artifact-$version-$classifier.jar")
    done
  fi
  for file in "${added[@]}"; do
    for checksum in md5 sha1; do "${checksum}sum" "$file" | cut -d' ' -f1 >"$file.$checksum"; done
  done
done

python3 ci/check_release.py "$central" "$group" "$version"
