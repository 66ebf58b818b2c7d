"""Checks the artifacts of a release, as ci/release.sh left them: that nothing is missing that Maven
Central asks for, and nothing is inside that belongs elsewhere.

  check_release.py FOLDER GROUP VERSION
"""
import datetime
import hashlib
import json
import os
import re
import sys
import xml.etree.ElementTree as ET
import zipfile

central, group, version = sys.argv[1:]
home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAVEN = "{http://maven.apache.org/POM/4.0.0}"
build = ET.parse(f"{home}/pom.xml").getroot()
built_at = build.findtext(f"{MAVEN}properties/{MAVEN}project.build.outputTimestamp")
problems = []


def check(holds, problem):
    if not holds:
        problems.append(problem)


def check_pom(name, path):
    pom = ET.parse(path).getroot()
    check("${" not in open(path).read().split("-->", 1)[1], f"{name}.pom: a property is left")
    wanted = ["name", "description", "url", "licenses/license/name", "licenses/license/url",
              "developers/developer/name", "scm/url", "scm/connection"]
    for element in wanted:
        text = pom.findtext("/".join(MAVEN + part for part in element.split("/")))
        check(text and text.strip(), f"{name}.pom: no {element}")
    check(pom.findtext(MAVEN + "groupId") == group, f"{name}.pom: not of the group {group}")
    check("SNAPSHOT" not in version, f"{name}.pom: Central takes no snapshots")
    for element in ["parent", "repositories", "distributionManagement", "profiles", "build"]:
        check(pom.find(MAVEN + element) is None, f"{name}.pom: has {element}")
    dependencies = pom.findall(f"{MAVEN}dependencies/{MAVEN}dependency")
    return {d.findtext(MAVEN + "artifactId") for d in dependencies}


def entries(path):
    """The files of a jar by name. Each has the time of the commit's configuration, none a path of
    this machine."""
    time = datetime.datetime.fromisoformat(built_at).timetuple()[:6]
    found = {}
    with zipfile.ZipFile(path) as jar:
        for entry in jar.infolist():
            check(entry.date_time == time, f"{path}: {entry.filename} is of {entry.date_time}")
            if not entry.is_dir():
                found[entry.filename] = jar.read(entry)
                check(home.encode() not in found[entry.filename],
                      f"{path}: {entry.filename} names {home}")
    return found


def check_legal(path, files):
    licence = open(f"{home}/LICENSE", "rb").read()
    check(files.get("META-INF/LICENSE") == licence, f"{path}: no META-INF/LICENSE")
    check("META-INF/NOTICE" in files, f"{path}: no META-INF/NOTICE")


def top_level(files, ending):
    """Classes or sources by name, without those inside others: toco/torch/Tensor."""
    names = (re.match(r"(toco/.*?)(\$.*)?\.%s$" % ending, name) for name in files)
    return {name.group(1) for name in names if name}


def packages(names):
    return {name.rsplit("/", 1)[0] for name in names}


def check_sbom(name, path, direct):
    bom = json.load(open(path))
    check(bom["bomFormat"] == "CycloneDX", f"{path}: not CycloneDX")
    check("serialNumber" not in bom, f"{path}: a serial number differs in every build")
    check(bom["metadata"].get("timestamp", built_at) == built_at, f"{path}: time of the build")
    itself = bom["metadata"]["component"]
    check(itself["purl"].startswith(f"pkg:maven/{group}/{name}@{version}"), f"{path}: another's")
    listed = {component["name"] for component in bom["components"]}
    check(direct <= listed | {name}, f"{path}: lacks {direct - listed}")
    for component in bom["components"]:
        check(component.get("hashes"), f"{path}: no hash of {component['name']}")
        check(component.get("licenses"), f"{path}: no licence of {component['name']}")


classes = {}
for name in ["toco-bridge", "toco"]:
    folder = f"{central}/{group.replace('.', '/')}/{name}/{version}"
    stem = f"{folder}/{name}-{version}"
    present = {os.path.join(folder, file) for file in os.listdir(folder)}
    ends = [".pom", ".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json"]
    expected = {stem + end for end in ends}
    pom = open(stem + ".pom").read() if os.path.exists(stem + ".pom") else ""
    shims = re.findall(r"<classifier>(natives-.*)</classifier>", pom)
    expected |= {f"{stem}-{shim}.jar" for shim in shims}
    for file in sorted(expected):
        for checksum in ["md5", "sha1"]:
            sum_file = f"{file}.{checksum}"
            if not (os.path.exists(file) and os.path.exists(sum_file)):
                check(False, f"{file} or its {checksum} is missing")
                continue
            content = open(file, "rb").read()
            same = open(sum_file).read().split()[0] == hashlib.new(checksum, content).hexdigest()
            check(same, f"{sum_file}: of another file")
    extra = {file for file in present if re.sub(r"\.(md5|sha1)$", "", file) not in expected}
    check(not extra, f"not expected: {sorted(extra)}")
    if not all(os.path.exists(file) for file in expected):
        continue

    for shim in shims:
        entries(f"{stem}-{shim}.jar")
    direct = check_pom(name, stem + ".pom")
    check_sbom(name, stem + "-cyclonedx.json", direct)
    jar, sources = entries(stem + ".jar"), entries(stem + "-sources.jar")
    javadoc = entries(stem + "-javadoc.jar")
    for end, files in [(".jar", jar), ("-sources.jar", sources)]:
        check_legal(stem + end, files)
    check("module-info.class" in jar, f"{stem}.jar: no module descriptor")
    check(not re.search(rb"Built-By|Build-Jdk:|Built-Host", jar["META-INF/MANIFEST.MF"]),
          f"{stem}.jar: the manifest names the machine")
    classes[name] = top_level(jar, "class")
    check(len(classes[name]) > 50, f"{stem}.jar: {len(classes[name])} classes")
    check(classes[name] == top_level(sources, "java"), f"{stem}-sources.jar: not of these classes: "
          f"{sorted(classes[name] ^ top_level(sources, 'java'))[:5]}")
    documented = {file[:-len("/package-summary.html")] for file in javadoc
                  if file.startswith("toco/") and file.endswith("/package-summary.html")}
    public = {p for p in packages(classes[name]) if not p.endswith("/ffi")}
    check(public <= documented, f"{stem}-javadoc.jar: lacks {sorted(public - documented)}")
    if name == "toco-bridge":
        check(documented == public, f"{stem}-javadoc.jar: has {sorted(documented - public)}")

if len(classes) == 2:
    both = packages(classes["toco"]) & packages(classes["toco-bridge"])
    check(not both, f"packages in both jars: {sorted(both)}")
for problem in problems:
    print("release:", problem, file=sys.stderr)
if problems:
    sys.exit(1)
files = sum(len(names) for _, _, names in os.walk(central))
print(f"release: {files} files of {group}:toco-bridge:{version} and {group}:toco:{version} in "
      f"{os.path.relpath(central, home)}")
