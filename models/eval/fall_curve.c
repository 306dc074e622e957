/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The curve's points, table and drawing.
 */
#include "models/eval/fall_curve.h"
#include "common/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#define SIDE   480 /* of the drawing, without its margins */
#define MARGIN 60
#define LEAST  0.8 /* where both axes begin */

static const char *const colours[] = {"#0b62a4", "#c0392b", "#2e7d32", "#7b3fa0", "#b8860b"};

#define COLOURS (sizeof(colours) / sizeof(colours[0]))

void fall_curve_of(const struct fall_measure *m, const struct trial_filter *filter,
	struct fall_point ret[FALL_CURVE_POINTS])
{
	for (int i = 0; i < FALL_CURVE_POINTS; i++) {
		double threshold = fall_curve_threshold(i), hours = 0;
		uint64_t falls = 0, found = 0, daily = 0, right = 0, alarms = 0;

		for (size_t t = 0; t < m->count; t++) {
			bool is_called = (double)m->results[t].probability_at_first >= threshold;

			if (!trial_passes(&m->trials[t], filter))
				continue;
			falls += m->trials[t].is_fall;
			found += m->trials[t].is_fall && is_called;
			daily += !m->trials[t].is_fall;
			right += !m->trials[t].is_fall && !is_called;
			alarms += m->trials[t].is_fall ? 0 : m->results[t].alarms_at[i];
			hours += m->trials[t].is_fall ? 0 : m->results[t].seconds / 3600;
		}
		ret[i] = (struct fall_point){threshold,
			falls ? (double)found / (double)falls : (double)NAN,
			daily ? (double)right / (double)daily : (double)NAN,
			hours > 0 ? (double)alarms / hours : (double)NAN};
	}
}

/* Sets with falls and daily life: their curves; at most TALLY_VALUES_MAX. */
static size_t curves_of(const struct fall_measure *m, const char *names[TALLY_VALUES_MAX])
{
	static const struct trial_filter all = {0};
	size_t count = trial_values(m, &all, TRIAL_SET, names), kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct trial_filter filter = {.text = {[TRIAL_SET] = names[i]}};
		struct fall_point points[FALL_CURVE_POINTS];

		fall_curve_of(m, &filter, points);
		if (!isnan(points[0].sensitivity) && !isnan(points[0].specificity))
			names[kept++] = names[i];
	}
	return kept;
}

int fall_curve_table(const struct fall_measure *m, FILE *to)
{
	const char *names[TALLY_VALUES_MAX];
	size_t count = curves_of(m, names);

	(void)fprintf(to,
		"\nOperating curve of the first answer (sensitivity/specificity/false alarms an hour)\n%9s",
		"from");
	for (size_t i = 0; i < count; i++)
		(void)fprintf(to, " %20.20s", names[i]);
	(void)fprintf(to, "\n");
	for (int p = 0; p < FALL_CURVE_POINTS; p++) {
		for (size_t i = 0; i < count; i++) {
			struct trial_filter filter = {.text = {[TRIAL_SET] = names[i]}};
			struct fall_point points[FALL_CURVE_POINTS];

			fall_curve_of(m, &filter, points);
			if (i == 0)
				(void)fprintf(to, "%9.3f", points[p].threshold);
			(void)fprintf(to, "  %.4f/%.4f/%5.2f", points[p].sensitivity,
				points[p].specificity, points[p].per_hour);
		}
		(void)fprintf(to, "\n");
	}
	return ferror(to) ? -EIO : 0;
}

static double place_on(double share)
{
	return (share < LEAST ? LEAST : share) - LEAST;
}

static void draw_axes(FILE *to)
{
	(void)fprintf(to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#444\"/>\n",
		SIDE + 2 * MARGIN, SIDE + 2 * MARGIN, MARGIN, MARGIN, SIDE, SIDE);
	for (int i = 0; i <= 4; i++) {
		int at = MARGIN + SIDE * i / 4;
		double share = LEAST + (1 - LEAST) * i / 4;

		(void)fprintf(to,
			"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.2f</text>\n"
			"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.2f</text>\n",
			at, MARGIN + SIDE + 18, share, MARGIN - 8, 2 * MARGIN + SIDE - at + 4,
			share);
	}
	(void)fprintf(to,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">specificity (daily trials left alone)</text>\n"
		"<text x=\"%d\" y=\"%d\">sensitivity (falls found)</text>\n",
		MARGIN + SIDE / 2, 2 * MARGIN + SIDE - 18, MARGIN, MARGIN - 14);
}

static void draw_curve(FILE *to, const struct fall_point *points, const char *name, size_t number)
{
	const char *colour = colours[number % COLOURS];

	(void)fprintf(
		to, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colour);
	for (int i = 0; i < FALL_CURVE_POINTS; i++)
		(void)fprintf(to, "%.1f,%.1f ",
			MARGIN + SIDE * place_on(points[i].specificity) / (1 - LEAST),
			MARGIN + SIDE - SIDE * place_on(points[i].sensitivity) / (1 - LEAST));
	(void)fprintf(to, "\"/>\n<text x=\"%d\" y=\"%d\" fill=\"%s\">", MARGIN + 12,
		MARGIN + SIDE - 14 - 18 * (int)number, colour);
	for (; *name; name++) /* a set's name is from a file */
		(void)fputc(*name == '<' || *name == '&' || *name == '>' ? '_' : *name, to);
	(void)fprintf(to, "</text>\n");
}

int fall_curve_draw(const struct fall_measure *m, const char *path)
{
	const char *names[TALLY_VALUES_MAX];
	size_t count = curves_of(m, names);
	char part[PATH_MAX];
	int n = snprintf(part, sizeof(part), "%s.part", path), problem = 0;
	FILE *to = n > 0 && n < (int)sizeof(part) ? fopen(part, "we") : NULL;

	if (!to)
		return n < (int)sizeof(part) ? -errno : -ENAMETOOLONG;
	draw_axes(to);
	for (size_t i = 0; i < count; i++) {
		struct trial_filter filter = {.text = {[TRIAL_SET] = names[i]}};
		struct fall_point points[FALL_CURVE_POINTS];

		fall_curve_of(m, &filter, points);
		draw_curve(to, points, names[i], i);
	}
	(void)fprintf(to, "</svg>\n");
	if (ferror(to))
		problem = -EIO;
	if (fclose(to) != 0 && problem == 0)
		problem = -errno;
	if (problem == 0 && rename(part, path) != 0)
		problem = -errno;
	if (problem < 0)
		(void)remove(part);
	return problem;
}
