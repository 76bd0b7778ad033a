/** The refusals of every route for operators, for the documentation. */
export const READ_PROBLEMS = {
  401: 'No access token, or one that is not valid',
  403: 'The caller is no operator',
  503: 'Cannot be read now',
};

export const LIST_PROBLEMS = { ...READ_PROBLEMS, 400: 'A parameter is unknown or wrong' };

export const ACTION_PROBLEMS = {
  ...READ_PROBLEMS,
  400: 'A field is missing or wrong',
  403: 'The caller is no operator, or has entered no one-time password in the last 15 minutes',
  404: 'It does not exist',
  409: 'The action would lose or repeat something',
};
