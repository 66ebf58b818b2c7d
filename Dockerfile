# ToCo for CPUs (x86-64 and 64-bit Arm). The build context is the checkout:
#
#   docker build -t toco .
#   docker run --rm toco doctor
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" -v toco-cache:/cache toco demo
#
# The first stage installs LibTorch and builds; the second has Java, LibTorch and what was built.
# Data, runs and configurations are in /work, the working directory; downloaded weights in /cache.

FROM debian:13 AS build
RUN apt-get update && \
    apt-get install --yes --no-install-recommends \
      openjdk-25-jdk-headless maven cmake g++ ninja-build python3-pip libgloo-dev libturbojpeg0 && \
    rm -rf /var/lib/apt/lists/*
WORKDIR /opt/toco
# First what changes least: the layers below it are then built from the cache.
COPY native/libtorch.sh native/libtorch.sha256 native/
RUN TOCO_FLAVOR=cpu XDG_CACHE_HOME=/opt/cache bash native/libtorch.sh && \
    mv "$(TOCO_FLAVOR=cpu XDG_CACHE_HOME=/opt/cache bash native/libtorch.sh)" /opt/libtorch
ENV LIBTORCH=/opt/libtorch
COPY native native
RUN bash native/build.sh --tidy
COPY LICENSE README.md pom.xml ./
COPY bin bin
COPY bindings bindings
COPY configs configs
COPY src/bridge src/bridge
COPY src/main src/main
COPY src/toco src/toco
# Archives, and so images, keep whole seconds: times that bin/toco notes must have no others.
RUN TOCO_STARTUP_CACHE=0 bin/toco --version && \
    find . -exec touch --no-dereference --date="$(date '+%F %T')" {} +

FROM debian:13
RUN apt-get update && \
    apt-get install --yes --no-install-recommends openjdk-25-jre-headless libgomp1 libturbojpeg0 && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --uid 1000 --create-home toco && \
    install --directory --mode=1777 /work /cache
COPY --from=build /opt/libtorch /opt/libtorch
COPY --from=build /opt/toco /opt/toco
ENV LIBTORCH=/opt/libtorch XDG_CACHE_HOME=/cache
# Notes that nothing changed since the build, and caches classes for faster starts.
RUN /opt/toco/bin/toco doctor && ln -s /opt/toco/bin/toco /usr/local/bin/toco
USER toco
WORKDIR /work
VOLUME ["/work", "/cache"]
ENTRYPOINT ["toco"]
CMD ["--help"]
