/*
 * The load of the fan-out bench: opens N event streams to one server on loopback, publishes messages
 * to it by POST, and measures when each message reaches each stream. One thread, one epoll set.
 *
 * usage: fanout-load PORT PUBLISH_PORT STREAMS SUBSCRIBE_PATH PUBLISH_PATH MARKER BODY RATE SECONDS CODING
 *
 * BODY is the published text, its first '@' replaced by the time in µs. MARKER is the text after which
 * that time stands in what the streams receive. RATE is messages a second; 0 publishes the next message
 * as soon as the former one is answered. CODING is "plain" or "gzip" (gzip is counted, not decoded).
 * Prints "ready" once every stream has received its first bytes and the server has been warmed up in the
 * same way as it is measured, waits for a line on stdin, runs, and prints one line of JSON.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CARRY_MAX 96       /* longer than any marker with its number */
#define READ_MAX 262144    /* one read takes all that usually waits */
#define CONNECTING_MAX 200 /* below the accept queue of 511 that Node asks for */
#define BUCKET_US 10
#define BUCKETS 1000000 /* delays up to 10 s */
#define DRAIN_US 300000 /* the last messages may arrive this long after the last publication */
#define WARM_UP_S 2

struct stream {
  int fd;
  int heard;
  int carried;
  char carry[CARRY_MAX];
};

static struct sockaddr_in address, publish_address;
static struct stream *streams;
static int connecting, heard, lost, wanted;
static uint64_t bytes, deliveries, published, answered, last_delivery_us;
static uint32_t *histogram;
static char *marker, request[1024];
static size_t marker_length, request_length;
static int measuring, counts_stamps;
static char buffer[CARRY_MAX + READ_MAX];

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int dial(struct sockaddr_in *address) {
  int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0) die("socket");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(fd, (struct sockaddr *)address, sizeof *address) < 0 && errno != EINPROGRESS)
    die("connect");
  return fd;
}

static void watch(int set, int fd, uint32_t events, uint64_t id, int how) {
  struct epoll_event event = {.events = events, .data.u64 = id};
  if (epoll_ctl(set, how, fd, &event) < 0) die("epoll_ctl");
}

/* Counts the stamped messages in what has been read; an unfinished one is carried to the next read. */
static void scan(struct stream *stream, size_t length, uint64_t now) {
  char *at = buffer, *end = buffer + length;
  for (;;) {
    char *hit = memmem(at, (size_t)(end - at), marker, marker_length);
    if (hit == NULL) {
      size_t rest = (size_t)(end - at);
      if (rest > marker_length - 1) rest = marker_length - 1;
      memcpy(stream->carry, end - rest, rest);
      stream->carried = (int)rest;
      return;
    }
    char *digit = hit + marker_length;
    uint64_t stamp = 0;
    while (digit < end && *digit >= '0' && *digit <= '9') stamp = stamp * 10 + (uint64_t)(*digit++ - '0');
    if (digit == end) {
      stream->carried = (int)(end - hit);
      memcpy(stream->carry, hit, (size_t)stream->carried);
      return;
    }
    at = digit;
    if (!measuring || stamp == 0) continue;
    uint64_t delay = now > stamp ? (now - stamp) / BUCKET_US : 0;
    histogram[delay < BUCKETS ? delay : BUCKETS - 1]++;
    deliveries++;
    last_delivery_us = now;
  }
}

static void receive(struct stream *stream) {
  size_t carried = counts_stamps ? (size_t)stream->carried : 0;
  memcpy(buffer, stream->carry, carried);
  ssize_t got = recv(stream->fd, buffer + carried, READ_MAX, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    close(stream->fd);
    stream->fd = -1;
    lost++;
    return;
  }
  if (!stream->heard) {
    stream->heard = 1;
    heard++;
    connecting--;
  }
  if (measuring) bytes += (uint64_t)got;
  if (counts_stamps) scan(stream, carried + (size_t)got, now_us());
}

static void publish(int fd, const char *path, const char *body) {
  char text[8192], message[4096];
  const char *mark = strchr(body, '@');
  int head = mark == NULL ? (int)strlen(body) : (int)(mark - body);
  if (mark == NULL)
    snprintf(message, sizeof message, "%s", body);
  else
    snprintf(message, sizeof message, "%.*s%llu%s", head, body, (unsigned long long)now_us(), mark + 1);
  int length = snprintf(text, sizeof text,
                        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        path, strlen(message), message);
  if (send(fd, text, (size_t)length, MSG_NOSIGNAL) != length) die("publish");
  published++;
}

static void dispatch(int set, int publisher, int timeout_ms) {
  struct epoll_event events[512];
  int count = epoll_wait(set, events, 512, timeout_ms);
  for (int i = 0; i < count; i++) {
    uint64_t id = events[i].data.u64;
    if (id == UINT64_MAX) {
      char answer[4096];
      ssize_t got = recv(publisher, answer, sizeof answer, 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) die("publisher");
      if (got > 0) answered++;
      continue;
    }
    struct stream *stream = &streams[id];
    if (stream->fd < 0) continue;
    if (events[i].events & EPOLLOUT) {
      if (send(stream->fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) die("subscribe");
      watch(set, stream->fd, EPOLLIN, id, EPOLL_CTL_MOD);
    } else {
      receive(stream);
    }
  }
}

static double percentile(double share) {
  uint64_t before = 0;
  for (size_t i = 0; i < BUCKETS; i++) {
    before += histogram[i];
    if (deliveries > 0 && before >= share * (double)deliveries) return (double)(i * BUCKET_US) / 1000;
  }
  return -1;
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Publishes for some time and takes in what the streams receive; returns when all has arrived. */
static void run(int set, int publisher, char **argv, double seconds) {
  double rate = atof(argv[8]);
  uint64_t begin = now_us(), finish = begin + (uint64_t)(seconds * 1e6), next = begin;
  while (now_us() < finish) {
    uint64_t now = now_us();
    int timeout = 10;
    if (rate > 0) {
      if (now >= next) {
        publish(publisher, argv[5], argv[7]);
        next += (uint64_t)(1e6 / rate);
      }
      timeout = next > now ? (int)((next - now) / 1000) + 1 : 0;
      if (timeout > 10) timeout = 10;
    } else if (answered == published) {
      publish(publisher, argv[5], argv[7]);
    }
    dispatch(set, publisher, timeout);
  }
  uint64_t target = published * (uint64_t)wanted;
  for (uint64_t until = now_us() + DRAIN_US; now_us() < until;) {
    dispatch(set, publisher, 10);
    if (measuring && counts_stamps && deliveries >= target) break;
  }
}

int main(int argc, char **argv) {
  if (argc != 11) {
    fprintf(stderr, "see the head of fanout-load.c\n");
    return 2;
  }
  wanted = atoi(argv[3]);
  marker = argv[6];
  marker_length = strlen(marker);
  double seconds = atof(argv[9]);
  int gzip = strcmp(argv[10], "gzip") == 0;
  counts_stamps = !gzip;
  address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  publish_address = address;
  publish_address.sin_port = htons((uint16_t)atoi(argv[2]));
  streams = calloc((size_t)wanted, sizeof *streams);
  histogram = calloc(BUCKETS, sizeof *histogram);
  request_length = (size_t)snprintf(request, sizeof request,
                                    "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n%s\r\n",
                                    argv[4], gzip ? "Accept-Encoding: gzip\r\n" : "");
  int set = epoll_create1(0);
  for (int opened = 0; heard < wanted;) {
    while (opened < wanted && connecting < CONNECTING_MAX) {
      streams[opened].fd = dial(&address);
      watch(set, streams[opened].fd, EPOLLOUT, (uint64_t)opened, EPOLL_CTL_ADD);
      opened++;
      connecting++;
    }
    dispatch(set, -1, 100);
    if (lost > 0) {
      fprintf(stderr, "a stream was refused\n");
      return 1;
    }
  }
  int publisher = dial(&publish_address);
  watch(set, publisher, EPOLLIN, UINT64_MAX, EPOLL_CTL_ADD);
  for (uint64_t until = now_us() + 200000; now_us() < until;) dispatch(set, publisher, 10);
  run(set, publisher, argv, WARM_UP_S);
  published = answered = 0;
  puts("ready");
  fflush(stdout);
  char line[16];
  if (fgets(line, sizeof line, stdin) == NULL) return 1;

  measuring = 1;
  double cpu = cpu_seconds();
  uint64_t begin = now_us();
  run(set, publisher, argv, seconds);
  double spent = counts_stamps ? (double)(last_delivery_us - begin) / 1e6 : seconds;
  printf("{\"published\":%llu,\"deliveries\":%llu,\"bytes\":%llu,\"seconds\":%.3f,\"lost\":%d,"
         "\"p50Ms\":%.2f,\"p99Ms\":%.2f,\"loadCpuSeconds\":%.3f}\n",
         (unsigned long long)published, (unsigned long long)deliveries, (unsigned long long)bytes, spent, lost,
         percentile(0.5), percentile(0.99), cpu_seconds() - cpu);
  return 0;
}
