/* Opens a DVD and its title sets with libdvdread, COUNT times in one process; prints milliseconds for one time and the number of titles. */
#include <dvdread/dvd_reader.h>
#include <dvdread/ifo_read.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  int count = argc > 2 ? atoi(argv[2]) : 1, titles = 0;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (int i = 0; i < count; i++) {
    dvd_reader_t *dvd = DVDOpen(argv[1]);
    if (dvd == NULL) return 1;
    ifo_handle_t *vmg = ifoOpen(dvd, 0);
    if (vmg == NULL) return 1;
    titles = vmg->tt_srpt->nr_of_srpts;
    for (int set = 1; set <= vmg->vts_atrt->nr_of_vtss; set++) {
      ifo_handle_t *vts = ifoOpen(dvd, set);
      if (vts != NULL) ifoClose(vts);
    }
    ifoClose(vmg);
    DVDClose(dvd);
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  double ms = (to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6;
  printf("%f %d\n", ms / count, titles);
  return 0;
}
