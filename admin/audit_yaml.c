#include "admin/audit_yaml.h"

static bool
take(struct findings *findings, enum finding_code code, const char *path,
    const char *about, enum reason reason, const struct config_error *error)
{
	if (reason == REASON_OK)
		return true;
	finding_add_phrase(findings, code, path, error->line, about,
	    error->what);
	return false;
}

bool
audit_yaml_sallyport(struct findings *findings, const char *path,
    const struct trusted_file *text, struct sallyport_config *config)
{
	struct config_error error;
	enum reason reason = sallyport_config_read(text->data, text->len,
	    config, &error);

	return take(findings, FINDING_CONFIG_YAML, path, "no login can work: ",
	    reason, &error);
}

bool
audit_yaml_opk(struct findings *findings, const char *path,
    const struct trusted_file *text, struct opk_config *config)
{
	struct config_error error;
	enum reason reason = opk_config_read(text->data, text->len, config,
	    &error);

	for (size_t i = 0; i < config->nignored && i < OPK_IGNORED_MAX; i++)
		finding_add(findings, FINDING_CONFIG_IGNORED, path,
		    config->ignored[i].line, "remove it, if opkssh does not "
		    "need it either", "%s means nothing to sallyport",
		    config->ignored[i].name);
	return take(findings, FINDING_CONFIG_YAML, path, "everybody is denied, "
	    "since its deny lists cannot be read: ", reason, &error);
}

bool
audit_yaml_plugin(struct findings *findings, const char *path,
    const struct trusted_file *text, struct opk_plugin *plugin)
{
	struct config_error error;
	enum reason reason = opk_plugin_read(text->data, text->len, plugin,
	    &error);

	return take(findings, FINDING_PLUGIN_YAML, path,
	    "the plugin is left out: ", reason, &error);
}

bool
audit_yaml_k9(struct findings *findings, const char *path,
    const struct trusted_file *text, struct k9_config *config)
{
	struct config_error error;
	enum reason reason = k9_config_read(text->data, text->len, config,
	    &error);

	return take(findings, FINDING_CONFIG_YAML, path,
	    "no login by Key9 can work: ", reason, &error);
}
