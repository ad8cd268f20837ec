FROM localhost/khabar-check-base
RUN apt-get update && apt-get install --yes --no-install-recommends prometheus wget \
 && mkdir /prometheus && chown nobody /prometheus
USER nobody
VOLUME /prometheus
ENTRYPOINT ["prometheus"]
