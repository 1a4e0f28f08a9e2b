/* Opens a Blu-ray and lists every playlist with libbluray, COUNT times in one process; prints milliseconds for one time and the number of titles. */
#include <libbluray/bluray.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  int count = argc > 2 ? atoi(argv[2]) : 1;
  uint32_t titles = 0;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (int i = 0; i < count; i++) {
    BLURAY *disc = bd_open(argv[1], NULL);
    if (disc == NULL) return 1;
    titles = bd_get_titles(disc, 0, 0);
    for (uint32_t title = 0; title < titles; title++) {
      BLURAY_TITLE_INFO *info = bd_get_title_info(disc, title, 0);
      if (info != NULL) bd_free_title_info(info);
    }
    bd_close(disc);
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  double ms = (to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6;
  printf("%f %u\n", ms / count, titles);
  return 0;
}
