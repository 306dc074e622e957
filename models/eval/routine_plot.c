/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draws each home: above, the learned day (how long a silence may last, room by hour); below, the
 * silences of the scored half against their limits, with the false alarms. One gnuplot script a
 * home, with its numbers inside.
 */
#include "common/cleanup.h"
#include "models/eval/routine_report.h"

#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define LEAST_S 1200 /* shorter silences are not drawn */
#define DAY_MS  86400000LL

extern char **environ;

/* Letters, digits and a few marks stay; what a script or a file name could trip over does not. */
static void plain(const char *from, char *ret, size_t size)
{
	size_t i;

	for (i = 0; from[i] && i + 1 < size; i++)
		ret[i] = from[i] == '"' || from[i] == '\\' || from[i] == '/' || from[i] == '$' ||
					 from[i] == '`' || (unsigned char)from[i] < ' '
				 ? '-'
				 : from[i];
	ret[i] = 0;
}

/* A line of the drawing: a room, or somebody on a mat there. */
struct row {
	uint8_t room;
	bool is_on_mat;
};

static size_t rows_of(const struct routine_trial *t, struct row ret[2 * ROUTINE_ROOMS_MAX])
{
	size_t count = 0;

	for (uint8_t room = 0; room < routine_rooms(t->model); room++) {
		ret[count++] = (struct row){room, false};
		if (routine_has_mat(t->model, room))
			ret[count++] = (struct row){room, true};
	}
	return count;
}

static void heat(FILE *to, const struct routine_trial *t, const struct row rows[], size_t count)
{
	const struct trial_silence *last = &t->silences[t->count - 1];
	int64_t day_ms = last->until_ms / DAY_MS * DAY_MS;

	(void)fprintf(to, "$day << EOD\n");
	for (size_t n = 0; n < count; n++) {
		for (int hour = 0; hour < ROUTINE_HOURS; hour++) {
			struct routine_time at = {day_ms + hour * 3600000LL + 1800000, 0};
			struct routine_answer a;

			routine_limit(t->model, at, rows[n].room, rows[n].is_on_mat, &a);
			(void)fprintf(to, "%s%.2f", hour ? " " : "", (double)a.limit_s / 3600);
		}
		(void)fprintf(to, "\n");
	}
	(void)fprintf(to, "EOD\n");
}

static void silences(FILE *to, const struct routine_trial *t)
{
	(void)fprintf(to, "$silences << EOD\n");
	for (size_t i = t->scored_from; i < t->count; i++) {
		const struct trial_silence *s = &t->silences[i];
		double hours = (double)(s->until_ms - s->from_ms) / 3600e3;

		if (s->until_ms - s->from_ms < LEAST_S * 1000LL)
			continue;
		(void)fprintf(to, "%.4f %.3f %.3f %d %d\n",
			(double)(s->from_ms - t->silences[0].from_ms) / (double)DAY_MS, hours,
			s->limit_s && !s->is_away ? (double)s->limit_s / 3600 : -1, s->is_home,
			s->alarm_ms != 0);
	}
	(void)fprintf(to, "-1 -1 -1 0 0\nEOD\n"); /* gnuplot refuses an empty block */
}

static void script(FILE *to, const struct routine_trial *t, const char *name)
{
	struct row rows[2 * ROUTINE_ROOMS_MAX];
	size_t count = rows_of(t, rows);
	char room[64];

	heat(to, t, rows, count);
	silences(to, t);
	(void)fprintf(to,
		"set terminal svg size 1000,%zu dynamic background rgb 'white' font 'sans,11'\n"
		"set output '%s.svg'\nset multiplot layout 2,1 title \"%s\"\n"
		"set title 'learned day: a silence that begins then may last (h)'\n"
		"set xrange [-0.5:23.5]\nset yrange [-0.5:%zu.5]\nset xtics 0,2\n"
		"set xlabel 'hour of day'\nset palette defined (0 '#f7fbff', 4 '#6baed6', 12 '#08306b')\n"
		"set cbrange [0:*]\nset ytics (",
		560 + 18 * count, name, name, count - 1);
	for (size_t i = 0; i < count; i++) {
		plain(routine_room_name(t->model, rows[i].room), room, sizeof(room));
		(void)fprintf(to, "%s\"%s%s\" %zu", i ? ", " : "", *room ? room : "(no name)",
			rows[i].is_on_mat ? ", on a mat" : "", i);
	}
	(void)fprintf(to,
		")\nplot $day matrix with image notitle\n"
		"set title 'silences of 20 min or more in the scored half'\nset autoscale x\n"
		"set xtics autofreq\nset xlabel 'day of the recording'\nset ylabel 'hours'\n"
		"set yrange [0:*]\nset xrange [%.2f:%.2f]\nset ytics autofreq\n"
		"set key top right outside\n"
		"plot $silences using 1:($3>0?$3:1/0) with points pt 2 ps 0.7 lc rgb '#3182bd' title "
		"'limit', \\\n"
		" '' using 1:($4==1?$2:1/0) with impulses lw 1.5 lc rgb '#238b45' title 'at home', \\\n"
		" '' using 1:($4==0?$2:1/0) with impulses lc rgb '#bdbdbd' title 'out', \\\n"
		" '' using 1:($5==1?$2:1/0) with points pt 7 ps 1 lc rgb '#cb181d' title 'false alarm'\n"
		"unset multiplot\n",
		(double)(t->silences[t->scored_from].from_ms - t->silences[0].from_ms) /
			(double)DAY_MS,
		(double)(t->silences[t->count - 1].until_ms - t->silences[0].from_ms) /
			(double)DAY_MS);
}

/* −ENOENT where there is no gnuplot. */
static int draw(const char *dir, const char *file)
{
	char *const arguments[] = {(char[]){"gnuplot"}, strdup(file), NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status = 0, error = ENOMEM;

	if (arguments[1] && posix_spawn_file_actions_init(&actions) == 0) {
		error = posix_spawn_file_actions_addchdir_np(&actions, dir);
		if (error == 0)
			error = posix_spawnp(&pid, "gnuplot", &actions, NULL, arguments, environ);
		(void)posix_spawn_file_actions_destroy(&actions);
	}
	free(arguments[1]);
	if (error)
		return -error;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOENT;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int write_script(const struct routine_trial *t, const char *dir, const char *name)
{
	_cleanup_(fclose_p) FILE *to = NULL;
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s.gp", dir, name);

	if (n < 0 || n >= (int)sizeof(path))
		return -ENAMETOOLONG;
	to = fopen(path, "we");
	if (!to)
		return -errno;
	script(to, t, name);
	return fflush(to) != 0 || ferror(to) ? -EIO : 0;
}

int routine_report_plot(const struct routine_measure *m, const char *dir)
{
	char name[HOME_NAME_MAX], file[HOME_NAME_MAX + 4];
	int error = 0, drawn = 0;

	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return -errno;
	for (size_t i = 0; i < m->count && error == 0; i++) {
		plain(m->trials[i].home->name, name, sizeof(name));
		error = write_script(&m->trials[i], dir, name);
		if (error < 0)
			return error;
		(void)snprintf(file, sizeof(file), "%s.gp", name);
		if (drawn == 0)
			error = draw(dir, file);
		if (error == -ENOENT) {
			drawn = -ENOENT; /* go on writing what others may draw */
			error = 0;
		}
	}
	return error < 0 ? error : drawn;
}
