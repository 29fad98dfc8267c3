// The same work as src/main.rs does, by libical. Its years end with 2582: a yearly rule then gives other answers.
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static char *text_of(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  char *text = calloc(length + 1, 1);
  if (fread(text, 1, length, file) != (size_t)length) exit(1);
  fclose(file);
  return text;
}

static long long read_calendar(const char *text, const char *unused) {
  (void)unused;
  long long answer = 0;
  volatile time_t start;
  icalcomponent *root = icalparser_parse_string(text);
  icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
  for (; event; event = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT)) {
    const char *uid = icalcomponent_get_uid(event), *summary = icalcomponent_get_summary(event);
    answer += (uid ? strlen(uid) : 0) + (summary ? strlen(summary) : 0);
    struct icaltimetype time = icalcomponent_get_dtstart(event);
    start = icaltime_as_timet_with_zone(time, time.zone);
  }
  (void)start;
  icalcomponent_free(root);
  return answer;
}

static long long expand(const char *rule, const char *start) {
  long long answer = 0;
  struct icalrecurrencetype recur = icalrecurrencetype_from_string(rule);
  icalrecur_iterator *each = icalrecur_iterator_new(recur, icaltime_from_string(start));
  for (int n = 0; each && n < 1000; n++) {
    struct icaltimetype time = icalrecur_iterator_next(each);
    if (icaltime_is_null_time(time)) break;
    answer += icaltime_as_timet(time);
  }
  if (each) icalrecur_iterator_free(each);
  return answer;
}

static int by_size(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

static void tell(const char *what, long long (*work)(const char *, const char *), const char *a, const char *b) {
  static double runs[1000000];
  long long answer = work(a, b);
  size_t count = 0;
  double begun = now();
  while ((now() - begun < 500e3 || count < 3) && count < 1000000) {
    double start = now();
    work(a, b);
    runs[count++] = now() - start;
  }
  qsort(runs, count, sizeof *runs, by_size);
  printf("%s\tlibical\t%.1f\t%lld\n", what, runs[count / 2], answer);
}

int main(int count, char **arguments) {
  if (count < 3) return 1;
  char *calendar = text_of(arguments[1]), *rules = text_of(arguments[2]);
  tell("read", read_calendar, calendar, NULL);
  for (char *line = strtok(rules, "\n"); line; line = strtok(NULL, "\n")) {
    char *start = strchr(line, '\t');
    if (!start) return 1;
    *start = 0;
    tell(line, expand, line, start + 1);
  }
  return 0;
}
