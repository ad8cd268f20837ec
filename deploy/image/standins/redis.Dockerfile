FROM localhost/khabar-check-base
RUN apt-get update && apt-get install --yes --no-install-recommends redis-server \
 && mkdir /data && chown redis:redis /data
USER redis
WORKDIR /data
VOLUME /data
# The official image opens itself to its network unless told otherwise.
ENTRYPOINT ["sh", "-c", "exec \"$@\" --protected-mode no", "--"]
CMD ["redis-server"]
