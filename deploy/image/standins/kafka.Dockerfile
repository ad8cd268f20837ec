FROM localhost/khabar-check-base
RUN apt-get update && apt-get install --yes --no-install-recommends openjdk-17-jre-headless
COPY *.jar /opt/kafka/libs/
COPY kafka-start /etc/kafka/docker/run
RUN useradd --uid 1000 appuser && mkdir -p /var/lib/kafka/data /opt/kafka/config /mnt/shared/config \
 && touch /etc/kafka/docker/server.properties \
 && printf '%s\n' Configuration: '  Loggers:' '    Root:' '      level: WARN' > /etc/kafka/docker/log4j2.yaml \
 && cp /etc/kafka/docker/log4j2.yaml /etc/kafka/docker/tools-log4j2.yaml \
 && chown -R appuser /var/lib/kafka /opt/kafka/config
USER appuser
VOLUME /var/lib/kafka/data
CMD ["bash", "/etc/kafka/docker/run"]
