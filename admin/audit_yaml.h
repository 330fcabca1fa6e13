/*
 * Our YAML files, read by the readers that logins use (parseproc): false and a
 * finding with file and line, or true and what they say. Who may have written
 * them has been checked.
 */
#ifndef ADMIN_AUDIT_YAML_H
#define ADMIN_AUDIT_YAML_H

#include "admin/finding.h"
#include "parent/trusted_file.h"
#include "parseproc/k9_config.h"
#include "parseproc/opk_config.h"
#include "parseproc/opk_plugin.h"
#include "parseproc/sallyport_config.h"

#define SALLYPORT_CONFIG "/etc/sallyport/sallyport.yaml"
#define K9_CONFIG "/opt/k9/etc/k9.yaml"

bool audit_yaml_sallyport(struct findings *findings, const char *path,
    const struct trusted_file *text, struct sallyport_config *config);
bool audit_yaml_opk(struct findings *findings, const char *path,
    const struct trusted_file *text, struct opk_config *config);
bool audit_yaml_plugin(struct findings *findings, const char *path,
    const struct trusted_file *text, struct opk_plugin *plugin);
bool audit_yaml_k9(struct findings *findings, const char *path,
    const struct trusted_file *text, struct k9_config *config);

#endif
